"""Words of the news that mean the same in seven languages, so that reports meet across them. Translates nothing.

Names of countries, cities and alliances that change their spelling more than their sound does, and the two hundred
words that news of politics, war and disasters is made of. One row is one meaning.
"""

from functools import lru_cache

LANGUAGES = ("en", "pl", "de", "fr", "sv", "es", "it")
"""The columns of the tables."""
LEAST_BEGINNING = {"en": 6, "pl": 4}
OTHER_BEGINNING = 5
"""Entries of so many letters stand for all words that begin with them: Polish inflects most, English least. Shorter
ones stand for themselves and their plural in s, unless an asterisk says otherwise (`iran*`)."""
LONGEST = 16
MEANS = "="
"""What a meaning begins with, and no other word."""

NAMES = """
america us usa|ameryc ameryk usa|amerika usa|americ ameriq|amerika usa|american eeuu estadounid|american statunit usa
britain british uk|brytani brytyj|briten britisch grossbritann|britann|britann brittisk storbritann|britan|britann
eu|ue unii unijn|eu|ue|eu|ue|ue
un|onz|un uno|onu|fn|onu|onu
nato|nato|nato|otan|nato|otan|nato
russia|rosj rosyj|russ*|russ*|rysk* ryss*|rusa rusia ruso|russ*
ukrain|ukrain|ukrain|ukrain|ukrain|ucran|ucrain
german|niemc niemiec|deutsch|allemagne allemand|tysk|aleman|german tedesc
france french|franc|frankreich franzos|francais france|frankrike fransk|frances francia|franc
poland polish|polac polak polsk|polen polnisch|pologne polonais|polen polsk|polac polon|polacc polon
swede swedish|szwec szwed|schwed|suede suedois|svensk sverige|suec sueci|svedes svez
finland finnish finns|finland finow fins|finnisch finnland|finland|finland finsk|finland|finland
norw*|norweg|norweg|norveg|norge norsk|norueg|norveg
danes danish denmark|dania danii dunsk|danemark danisch|danemark danois|danmark dansk|danes dinamarca|danes danimarc
dutch netherlands|holand niderland|holland niederland|neerland pays-bas|nederland|holand paises|oland paesi
belgi*|belgi|belgi|belg*|belgi|belga belgic|belg
spain spanish|hiszpan|spani|espagn|spani spansk|espan|spagn
ital*|wloch wlos|itali|itali|itali|italia|italia
greece greek|grec|griech|grec grece|grek grekl|greci griego|greci
turkey turkish turkiye|turcj turec turk|turkei turkisch|turc turqui|turk turkiet|turc turqu|turch turco
hungar|wegier wegr|ungar|hongr|ungern ungersk|hungar hungr|ungher
czech*|czech czesk|tschech|tcheq|tjeck|chec*|ceca cechi ceco
slovak|slowac slowak|slowak|slovaq|slovak|eslovac eslovaq|slovacc
austria|austri|osterreich|autrich|osterrik|austri|austri
swiss switzerland|szwajcar|schweiz|suiss|schweiz|suiz*|svizzer
belarus|bialorus|belarus weissruss|belarus bielorus|belarus vitryss|bielorrus|bieloruss
lithuan|litew litw|litau|litua|litau|litua|litua
latvi*|lotew lotw|lettisch lettland|letton|lettisk lettland|letoni|letton
eston*|eston|estland estnisch|eston|estland estnisk|eston|eston
serb*|serb|serb*|serb*|serb*|serb*|serb*
romania|rumun|ruman|rouman|ruman|ruman|roman romen
bulgar|bulgar|bulgar|bulgar|bulgar|bulgar|bulgar
georgia|gruzin gruzj|georgi|georgi|georgi|georgi|georgia
armeni|armen|armeni|armen|armeni|armeni|armeni
azerbaij azeri|azerbejdz|aserbaid|azerba|azerbaj|azerbaiy|azerba
moldov|moldaw|moldau moldaw|moldav|moldav|moldav|moldav moldov
china chinese|chin|china chines|chine chinois|kina kines|chin china|cina cines
japan|japon|japan|japon|japan|japon|giappon
korea korean|kore|korea nordkorea sudkorea|core coree|korea nordkorea sydkorea|core corea|core corea
taiwan|tajwan|taiwan|taiwan|taiwan|taiwan|taiwan
india indian|indi indyj|indien indisch|inde indien|indien indisk|india indio|india
israel|izrael|israel|israel|israel|israel|israel
palestin|palesty|palastin|palestin|palestin|palestin|palestin
gaza|gaza gazie gazy strefa strefie|gaza gazastreifen|gaza|gaza gazaremsan|franja gaza|gaza
leban*|liban|liban|liban|liban|liban|liban
syria*|syri syryj|syri|syri|syri|siri*|siri*
iraq*|irac irak|irak*|irak*|irak|irak iraqui|irachen iraq
iran*|iran|iran*|iran*|iran*|iran*|iran*
saudi|arabi saudyj|saudi|saoud|saudi|saudi|saudit
egypt*|egip|agypt|egypt|egypt|egip|egitt egizi
yemen|jemen|jemen|yemen|jemen|yemen|yemen
libya*|libi|liby|liby|liby|libi*|libi*
africa|afryk|afrik|afri*|afrik|africa|africa
venezuel|wenezuel|venezol venezuel|venezuel|venezuel|venezol venezuel|venezuel
brazil|brazyl|brasil|bresil|brasil|brasil|brasil
mexic*|meksyk|mexik|mexic mexiq|mexik|mejic mexic|messic
canad*|kanad|kanad|canad|kanad|canad|canad
austral|austral|austral|austral|austral|austral|austral
greenl|grenland|gronland|groenland|gronland|groenland|groenland
europe|europ|europa|europ|europ|europ|europ
crimea|krym|krim*|crimee|krim|crimea|crimea
kerch|kercz|kertsch|kertch|kertj|kerch|kerch
moscow|moskie moskw|moskau|mosco|moskva|mosc|mosca
kremlin|kreml|kreml|kremlin|kreml|kremlin|cremlin
kiev kyiv|kijow|kiew kyjiw|kiev kyiv|kiev kyiv|kiev kyiv|kiev kyiv
warsaw|warszaw|warschau|varsovi|warszaw|varsovi|varsavi
brussel|bruksel|brussel|bruxel|bryssel|brusel|bruxel
vienna|wieden wiedni|wien|vienne|wien|viena|vienna
geneva|genew|genf|genev|genev|ginebr|ginevr
hague|hadz haga haski|haag|haye|haag|haya|aia
paris|paryz|paris|paris|paris|paris|parigi
london|londyn|london|londres|london|londres|londra
rome|rzym|rom|rome|rom|roma|roma
beijing peking|pekin|peking|pekin|peking|pekin|pechino
tehran|teheran|teheran|teheran|teheran|teheran|teheran
jerusalem|jerozolim|jerusalem|jerusalem|jerusalem|jerusalen|gerusalemm
"""
"""Also where they are written small: rosyjski."""

WORDS = """
congress|kongres|kongress|congres|kongress|congres|congress
senat senate|senac senat|senat|senat|senat|senad|senat
lawmakers parliament|parlament poslo sejm|bundestag parlament|deput parlement|parlament riksdag|parlament|parlament
president|prezydent|prasident|president|president|president|president
minister|minist|minist|minist|minist|ministr|ministr
premier|premier|ministerprasident premier|premier|statsminister|premier primer|premier
chancellor|kanclerz|bundeskanzler kanzler|chancel|forbundskansler kanslern|cancill|cancellier
king|krol|konig|roi|kung|rey|re
pope|papie|papst|pape|pave paven|papa|papa
cabinet government|rzad|regier|gouvernement|regering|gobiern|govern
opposition|opozyc|opposition|oppos|opposition|oposici|opposi
party|parti|partei|parti|parti|partido|partito
ballot election vote voters|glosow wybor|wahl*|election scrutin|val valet|eleccion|elezion
confidence|wotum zaufan|misstrauen vertrauen|confiance|fortroende|confianza|fiducia
law legislation|prawa prawo ustaw|gesetz|loi|lag lagen|ley|legge
court tribunal|sad sadow sadu trybunal|gericht|cour tribunal|domstol|corte tribunal|corte tribunal
judge|sedzi|richter|juge|domare|juez|giudic
prosecut|prokurat|staatsanwal|parquet procureur|aklagare|fiscal|procura
police|policj|polizei|police policier|polis|policia|polizia
arrest detain|aresztow zatrzyman|festgenommen verhaft|arret interpell|anhallen grip gripen|arrest deten|arrest
jail prison|wiez|gefangnis haft|prison|fangelse|carcel prision|carcer prigion
prisoner|jenc wiezn|gefangene haftling|prisonnier|fangar fange|prisioner|prigionier
freed release|uwoln zwoln|freigelassen freilass|liberation libere|frigiv slapp|liber|liberat rilasci
war|wojn|krieg|guerre|krig|guerra|guerra
peace|pokoj|frieden|paix|fred freden|paz|pace
ceasefire truce|rozejm zawieszen|feuerpause waffenruhe waffenstill|cessez treve|eldupphor vapenvila|alto tregua|tregua
attack strike struck|atak ostrzal uderzen|angegriffen angriff anschlag|attaque frappe|anfall attack|atac ataque|attacc
incursion raid|rajd wkrocz wtargn|vorstoss|incursion||incursion|incursion
bomb*|bomb|bomb*|bombard bombe|bomb|bomba|bomba
blast explosion|eksploz wybuch|explosion|explosion|explosion|explosion|esplosion
missile rocket|pocisk rakiet|rakete|missile roquette|missil raket robot|misil|missil razz
ballistic|balisty|ballist|balistiq|ballist|balistic|balistic
nuclear|atomow jadrow nuklear|atom* kernwaffe nuklear|nucleaire|karn*|nuclear|nuclear
drone|dron|drohne|drone|drona drone|dron|dron
tank|czolg|kampfpanzer panzer|blinde char|pansar stridsvagn|tanque|carri carro
aircraft fighter jet plane|mysliw samolot|flugzeug jet kampfjet|avion chasse|flygplan|avion caza|aere caccia
helicopter|helikopt smiglow|helikopter hubschrauber|helicopt|helikopter|helicopt|elicotter
ship vessel warship|okret statek statk|schiff|bateau navire|fartyg skepp|barco buque|nave navi
submarine|podwodn|u-boot uboot|sous-marin|ubat|submarin|sottomarin
naval navy|marynark|marine|marine|flottan marin|armada naval|marina
army military|armi wojsk|armee bundeswehr militar|armee|arme forsvarsmakt|ejercit|esercit militar
soldier troops|zolnierz|soldat truppe|soldat troupes|soldat trupp|soldad tropas|soldat truppe
arms weapon|bron uzbroj|waffe|arme|vapen|arma|arma armi
ammunition munition|amunic|munition|munition|ammunition|municion|munizion
cluster|kasetow|streubomb streumunition|sous-munition|kluster|racimo|grappolo
defence defense|obron|verteidig|defense|forsvar|defensa|difesa
security|bezpieczen|sicherheit|securite|sakerhet|segurid|sicurezz
intelligence|wywiad|geheimdienst|renseignement|underrattelse|inteligencia|intelligenc
espionage spies spy|szpieg|spion|espion|spion|espia espion|spia spion
leak leaked|przeciek wyciek|durchgestochen leck|fuite|lacka|filtrac|fuga
front frontline|front|front|front|front|frente|fronte
bridge|most|brucke|pont|bro bron|puente|ponte
dam|tama tamy zapor|damm staudamm|barrage|damm dammen|presa|diga
hospital|szpital|klinik krankenhaus|hopital|sjukhus|hospital|ospedal
school|szkol|schule|ecole|skola|escuela|scuola
airport|lotnisk|flughafen|aeroport|flygplats|aeropuerto|aeroport
border|granic|grenz|frontier|grans|fronter|confin frontier
territor|terytor|territor|territoir|territor|territor|territor
fire wildfire|pozar|feuer waldbrand|incendie|brand eld|incendi|incendi
flood flooding|powodz|flut hochwasser uberschwemm|inondation|oversvamning|inundac|alluvion
earthquake quake|trzesien|erdbeben|seisme|jordbavning|terremoto|terremoto
dead death died killed|smier zabit zgin zmarl|getotet starb tote|mort tue|doda dodade|muert muri|mort ucci
injured wounded|rann|verletzt|blesse|skadad|herid|ferit
casualties victims|poszkodow|opfer|victimes|offer|victim|vittim
rescue|ratown|rettung|secour|raddning|rescat|soccors
child children|dziec|kind kinder|enfant|barn barnen|nino|bambin
woman women|kobiet|frau frauen|femme|kvinna kvinnor|mujer|donna donne
migrant refugee|migran uchodz|fluchtling migrant|migrant refugie|flykting migrant|migrant refugiad|migrant rifugiat
hostage|zakladni|geisel|otage|gisslan|rehen|ostagg
terror|terror|terror|terror|terror|terror|terror
protest|demonstr protest|demonstr protest|manifest protest|demonstr protest|manifestac protest|manifestaz protest
walkout|strajk|streik|greve|strejk|huelga|sciopero
sanction|sankcj|sanktion|sanction|sanktion|sancion|sanzion
tariff|celn cla taryf|zoll zolle|douane tarif|tull tullar|arancel|dazi
trade|handl|handel|commerc|handel|comerci|commerc
oil|naft rop ropa ropy|erdol ol|petrol|olja oljan|crudo petrol|petrol
gas|gaz gazoci gazu|erdgas gas|gaz|gas gasen|gas|gas
grain wheat|zboz|getreide weizen|ble cereal|spannmal|cereal grano|grano
energy|energi|energie|energie|energi|energ|energia
blackout electricity|blackout prad|strom|electricite|el strom|electric|elettric
bank|bank|bank|banque|bank banken|banco|banca banch
inflation|inflacj|inflation|inflation|inflation|inflac|inflazion
budget|budzet|budget haushalt|budget|budget|presupuest|bilanci
companies company firm|firm spolk|firma konzern unternehmen|entreprise societe|bolag foretag|empresa|aziend societa
accord agreement deal pact|pakt porozum umow|abkommen pakt vereinbar vertrag|accord pacte|avtal|acuerd|accord patto
treaty|traktat|staatsvertrag vertrag|traite|fordrag|tratad|trattat
summit|szczyt|gipfel|sommet|natotoppmote toppmote|cumbre|vertice
meet meeting talks|rozmow spotka spotyk|gesprach treffen|rencontr reunion|mote samtal|encuentr reunion|incontr riunion
arrives trip visit|przyjech przylec wizyt|besuch reise|visite|besok resa|visita|visita
negotiat|negocj|verhandl|negoci|forhandl|negoci|negozia
statement|oswiadcz|erklarung|communique declaration|uttalande|comunicad declarac|comunicat dichiaraz
resolution|rezoluc|resolution|resolution|resolution|resoluc|risoluz
assembly|zgromadz|versammlung vollversammlung|assemblee|generalforsamling|asamblea|assemblea
accession membership|akces czlonk|beitritt mitglied|adhesion|medlem|adhesion ingreso|adesion
exit pulls quit withdraw|wychodz wycof wystep|abzug austritt ruckzug|retire retrait|dra lamna tillbakadrag|retir|ritir
bodies organisation organization|organizac|organisation|organisation|organisation|organizac|organizzaz
climate|klimat|klima|climat|klimat|clima|clima
aid assistance|pomoc|hilfe|aide|bistand hjalp stod|ayuda|aiuti aiuto
deliver send supply|dostarcz dostaw przekaz wysl|liefer schick|fourni livr|leverer skicka|envi suministr|forni invi
asks request|poprosi prosb wniosek wniosk|anfrage antrag bitte|demande|ansok begar|pide solicit|richiest
decide decision|decyzj|entscheid entschied|decide decision|beslut|decision|decision
approv* permission|zatwierd zezwol zgod|erlaub genehmig zustimm|approuv autoris|godkann|aprob autoriz|approv autorizz
backing backs support|popar wspar|unterstutz|soutien|stod stodjer|apoy respald|sostegn
condemn|potep|verurteil|condamn|fordom|conden|condann
accusation accuse alleges|oskarz zarzuc|beschuldig vorwurf wirft|accus|anklag|acus|accus
charged charges indicted|zarzut|angeklagt anklage|inculp|atal atalad|imput|incrimin
threat warn warning|groz ostrzeg zagroz|droht drohung warnt warnung|avert menac|hot hotar varnar|advert amenaz|minacc
announce|oglasz oglos zapowied|ankundig verkundet|annonc|meddela tillkannag|anunci|annunci
fired fires launch test-fires|odpal wystrzel|abgefeuert startet|lanc tir|avfyr|dispar lanz|lanci
damage destroyed destruction|uszkodz zniszcz|beschadigt zerstor|detrui endommag|forstor skada|dan destru|dann distru
capture hijack* seiz*|porwan porywa|entfuhrt gefasst gekapert|capture detourn|kapad kapat|captur secuest|cattur sequest
downed shoots shot|zestrzel|abgeschossen abschuss|abattu|nedskjut skot|derrib|abbatt
insurgent militia rebel|bojow milicj rebel|miliz rebell|milice rebelle|milis rebell|milicia rebel|milizi ribell
coup mutiny|bunt zamach|aufstand putsch|putsch|kupp|golpe|golpe
volunteer|ochotnicz|freiwillig|volontair|frivillig|voluntari|volontari
sabotage saboteur|dywers sabot|sabotag saboteur|sabot|sabot|sabot|sabot
general|general|general|general|general|general|general
chief head|szef|chef leiter|chef|chef|jefe|capo
spokesman spokesperson spokeswoman|rzecznik|sprecher|porte-parole|taleskvinna talesman talesperson|portavoz|portavoce
ambassador embassy|ambasad|botschaft|ambassad|ambassad|embaj|ambasc
diplomat|dyplom|diplomat|diplomat|diplomat|diplomat|diplomat
foreign|zagranicz|ausland aussen|etranger|utrikes|exterior extranj|estera esteri
victory winner wins won|wygra zwycie|gewann gewinnt sieg|gagne victoire|seger vann vinner|gana victoria|vince vittoria
resign steps|dymisj rezygn ustap|rucktritt zuruckgetreten|demission|avgang avgar|dimit renunc|dimett dimission
inauguration oath sworn|przysieg slubow zaprzysiez|vereidig|investi serment|installer svar|jura juramento|giur
amnesty pardon|amnest ulaskaw|amnestie begnadig|amnisti grace graci|amnesti benadn|amnist indult|amnist grazia
inquiry investigation probe|dochodz sledzt|ermittl untersuch|enquete|utredning|investig|inchiest indagin
report|raport|bericht|rapport|rapport|informe|rapport
cyber cyberattack hacker|cyber haker|cyber hacker|cyber pirat|cyber hackare|ciber hacker|cyber hacker
internet|internet|internet|internet|internet|internet|internet
vaccine|szczepien szczepion|impf*|vaccin|vaccin|vacun|vaccin
coronavirus virus|koronawirus wirus|corona virus|coronavirus virus|coronavirus virus|coronavirus virus|coronavirus virus
church|kosciol|kirche|eglise|kyrka|iglesia|chiesa
village|wiosk wsi|dorf|village||aldea pueblo|villaggi
city town|miast|stadt|ville|stad staden|ciudad|citta
island|wysp|insel|ile|oar on|isla|isola isole
sea|morsk morz|meer see|mer|hav havet|mar|mar mare
rail railway train|kolej pociag|bahn zug|ferroviair train|jarnvag tag tagen|tren|ferrovi treno
accident crash crashed|katastrof wypad|absturz unfall|accident ecras|krasch olycka|accident|incident schian
space|kosmicz kosmo|raumfahrt weltraum|espace spatial|rymd|espaci|spazi
daughter|cork|tochter|fille|dotter|hija|figlia
economic economy|ekonom gospodar|wirtschaft|economi|ekonomi|econom|econom
billion|miliard mld|milliard mrd|milliard|miljard||miliard
million|milion mln|million mio|million|miljon|millon|milion
"""


def _beginnings() -> dict[str, dict[str, tuple[str, bool]]]:
    """Language -> entry -> (meaning, whether it is a name); those that stand for longer words end in an asterisk."""
    found: dict[str, dict[str, tuple[str, bool]]] = {language: {} for language in LANGUAGES}
    for table, is_name in ((NAMES, True), (WORDS, False)):
        for row in table.strip().splitlines():
            columns = [cell.split() for cell in row.split("|")]
            meaning = MEANS + columns[0][0].rstrip("*")
            for language, entries in zip(LANGUAGES, columns, strict=True):
                least = LEAST_BEGINNING.get(language, OTHER_BEGINNING)
                for entry in entries:
                    plain = entry.rstrip("*")
                    found[language].setdefault(plain, (meaning, is_name))
                    if entry != plain or len(entry) >= least:
                        found[language].setdefault(plain + "*", (meaning, is_name))
    return found


_BEGINNINGS = _beginnings()


@lru_cache(maxsize=100_000)
def meaning(word: str, language: str) -> tuple[str, bool] | None:
    """What a word without accents stands for in `language`, and whether that is a name; None where no table has it.

    Of several entries the longest decides. Words of two letters count in capitals only: US is a country, us is not.
    """
    entries = _BEGINNINGS.get(language)
    if entries is None or len(word) < 2 or (len(word) == 2 and not word.isupper()):
        return None
    low = word[:LONGEST].lower()
    found = entries.get(low) or (entries.get(low[:-1]) if len(low) > 3 and low.endswith("s") else None)
    for length in range(len(low), 2, -1):
        if found is not None:
            break
        found = entries.get(low[:length] + "*")
    return found
