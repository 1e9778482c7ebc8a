"""Says why the text of a page is less than an article: paywall, consent, login, challenge, missing page, JavaScript.

Looks at short texts only: a long one is believed, whatever words occur in it. Removes nothing.
"""

import re
from collections.abc import Iterable

STUB_CHARACTERS = 1_500
THIN_CHARACTERS = 600
SCRIPTED_CHARACTERS = 250

PAYWALL = re.compile(
    r"subscribe (?:now |today )?(?:to|and|for \S+ to) (?:continue|read|unlock|access|keep reading)"
    r"|already a (?:subscriber|member)"
    r"|(?:for|to) (?:paying )?(?:subscribers|members) only|(?:subscriber|member)s?[- ]only"
    r"|exclusive (?:to|for) (?:our )?subscribers"
    r"|(?:to|sign in to|log in to) (?:continue|keep) reading|register (?:for free )?to (?:continue|read)"
    r"|unlock this article"
    r"|this (?:article|content) is (?:only )?(?:for|available to|reserved for) (?:our )?(?:subscribers|members)"
    r"|your (?:free|monthly) (?:article|limit)|reached your (?:article )?limit"
    r"|(?:nur|exklusiv) für abonnent|jetzt abonnieren|weiterlesen mit|mit (?:einem )?abo (?:weiter)?lesen"
    r"|bereits abonnent"
    r"|diese[rn]? (?:artikel|inhalt) ist (?:nur )?(?:für|mit)|registrieren und weiterlesen"
    r"|réservée?s? (?:à nos|aux?) abonné|pour lire la suite|il vous reste .{1,20} à lire|déjà abonné|article réservé"
    r"|para suscriptores|solo suscriptores|suscr[ií]bete para|ya eres suscriptor|contenido exclusivo para"
    r"|riservato agli abbonati|sei già abbonato|abbonati per (?:leggere|continuare)|contenuto riservato"
    r"|dla (?:subskrybentów|prenumeratorów|abonentów)|kup (?:dostęp|subskrypcję)|wykup (?:dostęp"
    r"|prenumeratę)|masz już prenumeratę"
    r"|voor abonnees|alleen (?:voor )?abonnees|al abonnee|om verder te lezen|lees verder met"
    r"|för prenumeranter|bli prenumerant|logga in för att läsa"
    r"|exclusivo para assinantes|já é assinante|assine para"
    r"|лише для передплатник|тільки для передплатник|оформіть передплату|передплатіть, щоб|для подписчиков",
    re.IGNORECASE,
)
WALL = re.compile(
    r"before you continue|cookie (?:consent|settings|wall|preferences)|accept (?:all )?cookies"
    r"|we value your privacy|we use cookies"
    r"|consent to|(?:sign|log) ?in to|^(?:log ?in|sign ?in|anmelden|einloggen|connexion|accedi"
    r"|iniciar sesión|inloggen|zaloguj|увійти|вхід)\b"
    r"|cookies? akzeptieren|wir (?:verwenden|nutzen) cookies|accepter (?:tous )?les cookies|nous utilisons des cookies"
    r"|aceptar (?:todas )?las cookies|utilizamos cookies|accetta (?:tutti )?i cookie|utilizziamo i cookie"
    r"|akceptuj|używamy plików cookie|alle cookies accepteren|wij gebruiken cookies|godkänn alla cookies"
    r"|приймаю|ми використовуємо (?:файли )?cookie"
    r"|verify (?:that )?you are (?:a )?human|are you a robot|not a robot|checking your browser|just a moment|captcha"
    r"|access (?:to this page has been )?denied|attention required|unusual traffic|enable cookies|ddos protection"
    r"|request (?:was |has been )?(?:blocked|unsuccessful)|security check|you have been blocked|pardon our interruption"
    r"|one more step|performing security verification|ich bin kein roboter|je ne suis pas un robot|nie jestem robotem"
    r"|no soy un robot|non sono un robot|ik ben geen robot|я не робот|please wait while we verify",
    re.IGNORECASE,
)
MISSING = re.compile(
    r"\b(?:error )?404\b|\b410\b.{0,10}gone|(?:page|article|content|file|document|story|it) "
    r"(?:was |is |could |can |has |you requested |you are looking for )*"
    r"(?:not|no longer|n't)(?: be)? (?:found|available|exist)|page (?:does not|doesn.t|no longer) exists?"
    r"|page not found"
    r"|seite (?:wurde |konnte )?nicht gefunden|nicht (?:mehr )?verfügbar|seite existiert nicht"
    r"|page (?:introuvable|non trouvée|inexistante)|n.existe (?:pas|plus)"
    r"|página no (?:encontrada|existe)|no se (?:ha encontrado|encuentra) la página|página não encontrada"
    r"|pagina non (?:trovata|esiste)|pagina niet gevonden|bestaat niet(?: meer)?"
    r"|(?:nie (?:została )?znalezion|strona nie istnieje|nie znaleziono)"
    r"|sidan (?:hittades inte|kunde inte hittas|finns inte)|siden (?:blev )?ikke fun"
    r"|сторінк\w{1,9} не (?:знайдено|існує)|страниц\w{1,9} не (?:найдена|существует)",
    re.IGNORECASE,
)
SCRIPTED = re.compile(
    r"(?:enable|requires?|turn on|activ\w{0,9}|habilit\w{0,9}|włącz\w{0,9}|aktivier\w{0,9}|aktivera|schakel"
    r"|abilita\w{0,9}|увімкн\w{0,9}|включите) .{0,30}java ?script"
    r"|java ?script .{0,30}(?:enabled|required|disabled|aktivier|deaktivier|désactivé|activé|wyłączon|ingeschakeld"
    r"|вимкнен|увімкн)",
    re.IGNORECASE,
)


def doubts(
    text: str, *, seen: str, headings: Iterable[str], title: str | None, free: bool, unrun: str, scripts: int
) -> list[str]:
    """At most one reason, and `no article text` where there is none.

    Args:
        text: the article as read.
        seen: all that a reader sees of the page, the article included.
        headings: titles that the page shows or states.
        free: False where the page says that it must be paid for.
        unrun: what the page shows where scripts do not run. `scripts`: how many there are.
    """
    found = []
    if len(text) < THIN_CHARACTERS and MISSING.search(" ".join(headings)):
        found.append("soft 404")
    elif len(text) < THIN_CHARACTERS and (
        WALL.search(title or "") or (WALL.search(seen) and len(seen) < STUB_CHARACTERS)
    ):
        found.append("consent or login page")
    elif len(text) < STUB_CHARACTERS and (not free or PAYWALL.search(seen)):
        found.append("paywall stub")
    elif (
        len(text) < SCRIPTED_CHARACTERS
        and len(seen) < THIN_CHARACTERS
        and (SCRIPTED.search(seen) or SCRIPTED.search(unrun) or (len(seen) < SCRIPTED_CHARACTERS and scripts))
    ):
        found.append("needs javascript")
    if not text:
        found.append("no article text")
    return found
