"""Primary documents: one id for all ways of citing it, and nothing that only looks like a number of one."""

from datetime import UTC, datetime

import pytest

from parsers.judging.documents.citations import MOST, Citation, citations, identity

SPRING_2026 = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _cited(text: str, language: str = "en", published: datetime | None = SPRING_2026) -> list[str]:
    return [found.document_id for found in citations("", text, language, published)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Regulation (EU) 2025/2643 sets up the programme", ["celex:32025R2643"]),
        ("Commission Implementing Regulation (EU) 2024/1183", ["celex:32024R1183"]),
        ("CELEX 32025R2643", ["celex:32025R2643"]),
        ("see https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX%3A32011D0318", ["celex:32011D0318"]),
        ("http://data.europa.eu/eli/reg/2025/2643/oj", ["celex:32025R2643"]),
        ("consolidated: 02021R0697-20240101", ["celex:32021R0697"]),
        ("Council Regulation (EC) No 428/2009 on dual-use items", ["celex:32009R0428"]),
        ("Directive 2009/81/EC on defence procurement", ["celex:32009L0081"]),
        ("Directive (EU) 2022/2555", ["celex:32022L2555"]),
        ("Council Decision (CFSP) 2017/2315 establishing PESCO", ["celex:32017D2315"]),
        ("Council Decision 2010/427/EU", ["celex:32010D0427"]),
        ("Decision No 1313/2013/EU of the Parliament", ["celex:32013D1313"]),
        ("Council Common Position 2008/944/CFSP", ["celex:32008E0944"]),
        ("Council Joint Action 2004/551/CFSP", ["celex:32004E0551"]),
        ("Council Framework Decision 2002/584/JHA", ["celex:32002F0584"]),
        ("Council Directive 91/477/EEC on weapons", ["celex:31991L0477"]),
        ("Regulation (EU) No 2016/2031", ["celex:32016R2031"]),
        ("Regulation (EC) No 1999/2004", ["celex:32004R1999"]),
        ("Regulation (EEC) No 2454/93", ["celex:31993R2454"]),
        ("Regulation (EU, Euratom) 2018/1046", ["celex:32018R1046"]),
        ("Regulations (EU) 2018/1092 and (EU) 2021/697", ["celex:32018R1092", "celex:32021R0697"]),
        ("EU Regulation 833/2014 bans it", ["celex:32014R0833"]),
        ("le règlement (UE) 2025/2643 et la décision (PESC) 2017/2315", ["celex:32025R2643", "celex:32017D2315"]),
        ("règlement (CE) n° 428/2009", ["celex:32009R0428"]),
        (
            "die Verordnung (EG) Nr. 428/2009 und der Beschluss (GASP) 2017/2315",
            ["celex:32009R0428", "celex:32017D2315"],
        ),
        ("die EU-Verordnung 833/2014", ["celex:32014R0833"]),
        ("Durchführungsverordnung (EU) 2024/1183", ["celex:32024R1183"]),
        ("el Reglamento (UE) n.º 1285/2013", ["celex:32013R1285"]),
        ("la decisione (PESC) 2021/509 e il regolamento (UE) n. 1285/2013", ["celex:32021D0509", "celex:32013R1285"]),
        ("rozporządzenie (UE) nr 1285/2013 i decyzja Rady (WPZiB) 2017/2315", ["celex:32013R1285", "celex:32017D2315"]),
        ("il regolamento UE 2025/1106", ["celex:32025R1106"]),
        ("rådets beslut (Gusp) 2017/2315 och förordning (EU) 2025/2643", ["celex:32017D2315", "celex:32025R2643"]),
        ("Regulation\u00a0(EU)\u00a02025/\n2643", ["celex:32025R2643"]),
        ("Regulation (EU) 20\u00ad25/2643", ["celex:32025R2643"]),
    ],
)
def test_acts_get_their_celex_number(text: str, ids: list[str]) -> None:
    """Whatever the language, the order of year and number, and the signs between."""
    assert _cited(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("OJ L, 2025/2643, 8.12.2025", ["oj:L/2025/2643"]),
        ("OJ C, C/2025/5162, 28.10.2025", ["oj:C/2025/5162"]),
        ("https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=OJ:L_202502643", ["oj:L/2025/2643"]),
        ("OJ L 119, 4.5.2016, p. 1", ["oj:L/2016/119"]),
        ("OJ L 119 of 2016", ["oj:L/2016/119"]),
        ("(JO L 119 du 4.5.2016, p. 1)", ["oj:L/2016/119"]),
        ("ABl. L 119 vom 4.5.2016, S. 1", ["oj:L/2016/119"]),
        ("(DO L 119 de 4.5.2016, p. 1)", ["oj:L/2016/119"]),
        ("(GU L 119 del 4.5.2016, pag. 1)", ["oj:L/2016/119"]),
        ("(Dz.U. L 119 z 4.5.2016, s. 1)", ["oj:L/2016/119"]),
        ("(EUT L 119, 4.5.2016, s. 1)", ["oj:L/2016/119"]),
        ("Regulation (EU) 2025/2643 (OJ L, 2025/2643, 8.12.2025)", ["celex:32025R2643", "celex:32025R2643"]),
        ("Directive 2009/81/EC of 13 July 2009 (OJ L 216, 20.8.2009, p. 76)", ["celex:32009L0081"]),
    ],
)
def test_official_journal(text: str, ids: list[str]) -> None:
    """Act by act or issue by issue; beside an act it is that act, or the page on which it stands."""
    assert _cited(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("COM(2025) 565 final", ["com:2025/565"]),
        ("COM/2025/565 final", ["com:2025/565"]),
        ("COM (2025)0565", ["com:2025/565"]),
        ("COM 2025 565 final", ["com:2025/565"]),
        ("COM 2025/565", ["com:2025/565"]),
        ("uri=COM:2025:565:FIN", ["com:2025/565"]),
        ("52025PC0565", ["com:2025/565"]),
        ("KOM(2011) 12 endgültig", ["com:2011/12"]),
        ("COM(97) 583", ["com:1997/583"]),
        ("JOIN(2025)\u00a0120\u00a0final", ["join:2025/120"]),
        ("52025JC0120", ["join:2025/120"]),
        ("SWD(2024) 515 final/2", ["swd:2024/515"]),
        ("2025/0176(COD)", ["procedure:2025/0176(COD)"]),
        ("ST 9012/25", ["council:st-9012-2025"]),
        ("ST 9012/25 ADD 1", ["council:st-9012-2025-add-1"]),
        ("ST 9012/1/25 REV 1", ["council:st-9012-2025-rev-1"]),
        ("ST-9012-2025-INIT", ["council:st-9012-2025"]),
        ("data.consilium.europa.eu/doc/document/ST-10135-2026-ADD-1/en/pdf", ["council:st-10135-2026-add-1"]),
        ("Council document 7371/22", ["council:st-7371-2022"]),
        ("Ratsdok. 7371/22", ["council:st-7371-2022"]),
        ("6798/25 CSDP/PSDC 145 COPS 107", ["council:st-6798-2025"]),
        ("PE 739.294", ["eprs:PE-739.294"]),
        ("EPRS_BRI(2025)769500", ["eprs:PE-769.500"]),
        ("EPRS_BRI%282015%29547540_EN.pdf", ["eprs:PE-547.540"]),
        ("P10_TA(2025)0034", ["ep:ta-10-2025-0034"]),
        ("europarl.europa.eu/doceo/document/TA-10-2025-0034_EN.html", ["ep:ta-10-2025-0034"]),
        ("A10-0034/2025", ["ep:a-10-2025-0034"]),
        ("europarl.europa.eu/doceo/document/A-10-2025-0034_EN.html", ["ep:a-10-2025-0034"]),
        ("RC-B9-0123/2022", ["ep:rc-9-2022-0123"]),
        ("written question E-002345/2024", ["ep:e-002345/2024"]),
    ],
)
def test_documents_of_the_institutions(text: str, ids: list[str]) -> None:
    """Commission, Council and Parliament, with the proposals that CELEX numbers in its own way."""
    assert _cited(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("H.R. 3838", ["us-bill:119/hr/3838"]),
        ("H.R.3838 (119th Congress)", ["us-bill:119/hr/3838"]),
        ("the House passed HR 3838 on Thursday", ["us-bill:119/hr/3838"]),
        ("H.R. 2670, 118th Congress", ["us-bill:118/hr/2670"]),
        ("the bill (S. 2296) by Senator Wicker", ["us-bill:119/s/2296"]),
        ("the NATO Support Act of 2019 (H.R. 676)", ["us-bill:116/hr/676"]),
        ("the defense bill for Fiscal Year 2020 (S. 1790)", ["us-bill:116/s/1790"]),
        ("H.Res. 137 and S.Con.Res. 12", ["us-bill:119/hres/137", "us-bill:119/sconres/12"]),
        ("H.J. Res. 64", ["us-bill:119/hjres/64"]),
        ("https://www.congress.gov/bill/119th-congress/house-bill/3838/text", ["us-bill:119/hr/3838"]),
        ("Public Law 119-60", ["us-law:119-60"]),
        ("P.L. 118–31", ["us-law:118-31"]),
        ("Pub. L. No. 118-31", ["us-law:118-31"]),
        ("PLAW-118publ31", ["us-law:118-31"]),
        ("Section 1243 of the FY2026 NDAA", ["ndaa:2026/sec-1243"]),
        ("FY26 NDAA § 1243", ["ndaa:2026/sec-1243"]),
        ("Sec. 1250A(b) of the National Defense Authorization Act for Fiscal Year 2024", ["ndaa:2024/sec-1250a"]),
        ("the 2027 National Defense Authorization Act", ["ndaa:2027"]),
        ("le NDAA pour 2027", ["ndaa:2027"]),
        ("the FY2024 NDAA", ["us-law:118-31"]),
        ("Transmittal No. 24-45", ["dsca:24-45"]),
        ("Transmittal Number: 0K-24", ["dsca:0K-24"]),
        ("Executive Order 14257", ["us-eo:14257"]),
        ("E.O. 14257", ["us-eo:14257"]),
        ("90 FR 15041", ["fr:90/15041"]),
        ("90 Fed. Reg. 15,041", ["fr:90/15041"]),
        ("FR Doc. 2025-06063", ["fr-doc:2025-06063"]),
        ("22 U.S.C. 2776(b) and 22 CFR 126.6", ["usc:22/2776", "cfr:22/126.6"]),
        ("CRS Report R41959", ["crs:R41959"]),
        ("GAO-25-106123", ["gao:25-106123"]),
    ],
)
def test_documents_of_the_united_states(text: str, ids: list[str]) -> None:
    """A bill has the Congress that is named, or that of its year, or that of the day it was written of."""
    assert _cited(text) == ids


def test_a_congress_lasts_from_third_of_january_of_odd_years() -> None:
    """The day decides, and without a day a bill that names no Congress is no document."""
    assert _cited("H.R. 1", published=datetime(2025, 1, 2, tzinfo=UTC)) == ["us-bill:118/hr/1"]
    assert _cited("H.R. 1", published=datetime(2025, 1, 3, tzinfo=UTC)) == ["us-bill:119/hr/1"]
    assert _cited("H.R. 1", published=None) == []
    assert _cited("H.R. 2500, which the House passed in 2019, and more") == []


def test_a_defence_act_is_a_law_only_once_it_is_signed() -> None:
    """The bill of the summer is no Public Law yet."""
    assert _cited("the FY2026 NDAA", published=datetime(2025, 7, 1, tzinfo=UTC)) == ["ndaa:2026"]
    assert _cited("the FY2026 NDAA") == ["us-law:119-60"] == _cited("Public Law 119-60")


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("NATO's Washington Summit Declaration", "en", ["nato:2024-washington-summit-declaration"]),
        ("The Hague Summit Declaration commits NATO allies", "en", ["nato:2025-hague-summit-declaration"]),
        ("the NATO Madrid communique", "en", ["nato:2022-madrid-summit-declaration"]),
        ("NATO: the 2021 Brussels Summit Communiqué", "en", ["nato:2021-brussels-summit-communique"]),
        ("NATO's Brussels Summit Declaration of 2018", "en", ["nato:2018-brussels-summit-declaration"]),
        ("la déclaration du sommet de l'OTAN de La Haye", "fr", ["nato:2025-hague-summit-declaration"]),
        ("die Gipfelerklärung der NATO von Den Haag", "de", ["nato:2025-hague-summit-declaration"]),
        ("la Declaración de la Cumbre de la OTAN de La Haya", "es", ["nato:2025-hague-summit-declaration"]),
        ("la dichiarazione del vertice Nato di Vilnius", "it", ["nato:2023-vilnius-summit-communique"]),
        ("deklaracja szczytu NATO w Hadze", "pl", ["nato:2025-hague-summit-declaration"]),
        ("toppmötesdeklarationen från Haag, säger Nato", "sv", ["nato:2025-hague-summit-declaration"]),
        ("the 2022 Strategic Concept", "en", ["nato:2022-strategic-concept"]),
        ("NATO’s Strategic Concept", "en", ["nato:2022-strategic-concept"]),
        ("le concept stratégique de l'OTAN", "fr", ["nato:2022-strategic-concept"]),
        ("das Strategische Konzept der NATO", "de", ["nato:2022-strategic-concept"]),
        ("the third EU-NATO Joint Declaration", "en", ["eu-nato:2023-joint-declaration"]),
        ("the Joint Declaration on EU-NATO Cooperation of 2018", "en", ["eu-nato:2018-joint-declaration"]),
        ("la déclaration conjointe UE-OTAN", "fr", ["eu-nato:2023-joint-declaration"]),
        ("UN Security Council Resolution 2231 (2015)", "en", ["unscr:2231"]),
        ("UNSCR 1701", "en", ["unscr:1701"]),
        ("la résolution 1701 du Conseil de sécurité", "fr", ["unscr:1701"]),
        ("die Resolution 1701 des UN-Sicherheitsrats", "de", ["unscr:1701"]),
        ("rezolucja 1701 Rady Bezpieczeństwa", "pl", ["unscr:1701"]),
        ("the EU's Strategic Compass", "en", ["council:st-7371-2022"]),
        ("the White Paper for European Defence – Readiness 2030", "en", ["join:2025/120"]),
        ("le livre blanc sur la défense européenne", "fr", ["join:2025/120"]),
        ("das Weißbuch zur europäischen Verteidigung", "de", ["join:2025/120"]),
        (
            "an administrative arrangement of the Pentagon with the European Defence Agency",
            "en",
            ["agreement:eda-us-2023"],
        ),
        ("the EU’s EDIP Regulation", "en", ["celex:32025R2643"]),
    ],
)
def test_documents_by_their_names(text: str, language: str, ids: list[str]) -> None:
    """What everybody calls by name has one id in all languages, with the year where a name was used twice."""
    assert _cited(text, language) == ids


def test_a_name_means_nothing_before_the_document_exists() -> None:
    """In 2021 the concept in force was that of 2010, and nobody could cite the one to come."""
    spring_2021 = datetime(2021, 6, 10, tzinfo=UTC)
    assert _cited("NATO's Strategic Concept", published=spring_2021) == ["nato:2010-strategic-concept"]
    assert _cited("NATO will adopt a new NATO Strategic Concept", published=spring_2021) == []
    assert _cited("another EU-NATO Joint Declaration", published=spring_2021) == []
    assert _cited("the EU's Strategic Compass", published=spring_2021) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Müller, Sicherheitspolitik, S. 12, und Schmidt, S. 34 f.", "de"),
        ("siehe S. 2296", "de"),
        ("the bill, see vol. 3, S. 4", "en"),
        ("ss. 12, s. 34", "pl"),
        ("about 500 U.S. 12 planes", "en"),
        ("the S. 400 system", "en"),
        ("example.COM 2025", "en"),
        ("COM(2025)", "en"),
        ("the SEC 2025/26 season", "en"),
        ("The Court gave its decision. The (EU) 2024/123 mark", "en"),
        ("Public Law 480", "en"),
        ("the .COM/2025 boom", "en"),
        ("take the L 119 near Ulm", "de"),
        ("ST 9012 | 25 | 3.4", "en"),
        ("MOST 9012/25", "en"),
        ("Decision 12/2024 of the town council of Springfield", "en"),
        ("on 12/2024 and 2024/25", "en"),
        ("season 2024/2025 (EU) and more", "en"),
        ("Resolution 2735 of the party congress", "en"),
        ("a resolution of 1920 x 1080", "en"),
        ("the Sofia Summit Declaration", "en"),
        ("EU-Western Balkans Brussels Summit Declaration, says NATO", "en"),
        ("the Washington Summit Declaration of the Pacific Forum", "en"),
        ("the agency's strategic concept", "en"),
        ("PE 101.5", "en"),
        ("PE 123456 in the catalogue", "en"),
        ("human resources HR 3838", "en"),
        ("Executive Order of 2025", "en"),
        ("the NDAA", "en"),
        ("Section 1243 of the act", "en"),
        ("bus line A10 in 2025", "en"),
        ("10 CFR fellows, 12 FR 24", "en"),
        ("phone 90 555 15041", "en"),
        ("", "en"),
    ],
)
def test_what_only_looks_like_a_number(text: str, language: str) -> None:
    """Pages, roads, tables and domains are no documents."""
    assert _cited(text, language) == []


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("The General Assembly, after a Security Council veto, adopted resolution 2758 (1971)", "en", []),
        ("Council of Europe Resolution 2463 (2022), passed as the UN Security Council was blocked", "en", []),
        ("The Security Council recalled resolution 377 of the General Assembly", "en", []),
        ("He told the Security Council that Resolution 12 of the movement stands", "en", []),
        ("A Security Council veto blocked Resolution 12", "en", []),
        ("the UN Security Council endorsed the Minsk deal in Resolution 2202 (2015)", "en", ["unscr:2202"]),
        ("In 2011 the Security Council passed Resolution 1973 on Libya", "en", ["unscr:1973"]),
        ("Security Council resolutions 1701 and 1559", "en", ["unscr:1701"]),
        ("the UN General Assembly passed Resolution 181 after the Security Council debate", "en", []),
        ("PACE Resolution 2463 (2022) and the Security Council", "en", []),
        ("General Assembly Resolution 377, used when the Security Council is blocked", "en", []),
        ("WHA resolution 75 was read out at the Security Council", "en", []),
        ("European Parliament resolution 2463, which the Security Council read", "en", []),
        ("Council of Europe members back UN Security Council Resolution 2231", "en", ["unscr:2231"]),
        ("After the Security Council vetoed it, the party congress passed Resolution 12", "en", []),
        ("Russia, a member of the Security Council, ignored Parliament's resolution 2463 (2022)", "en", []),
        ("L'Assemblée générale, faute d'accord au Conseil de sécurité, a adopté la résolution 2758 (1971)", "fr", []),
        ("Die Generalversammlung nahm nach dem Veto im Sicherheitsrat die Resolution 2758 an", "de", []),
        ("The Human Rights Council adopted resolution 49, and the Security Council met", "en", []),
        ("La Asamblea General, tras el veto en el Consejo de Seguridad, aprobó la resolución 2758", "es", []),
        ("The Security Council has unanimously adopted Resolution 2803 (2025)", "en", ["unscr:2803"]),
        ("Resolution 2803, adopted by the UN Security Council in November", "en", ["unscr:2803"]),
        ("Resolution 2803 was adopted by the Security Council", "en", ["unscr:2803"]),
        ("Resolution 1701 (2006) of the Security Council", "en", ["unscr:1701"]),
        ("la résolution 1701 (2006) du Conseil de sécurité de l'ONU", "fr", ["unscr:1701"]),
        ("la résolution 1701, adoptée par le Conseil de sécurité", "fr", ["unscr:1701"]),
        ("la resolución 1701 del Consejo de Seguridad", "es", ["unscr:1701"]),
        ("la risoluzione 1701 del Consiglio di sicurezza dell'Onu", "it", ["unscr:1701"]),
        ("Il Consiglio di Sicurezza ha adottato la risoluzione 1701", "it", ["unscr:1701"]),
        ("die UN-Sicherheitsratsresolution 1701", "de", ["unscr:1701"]),
        ("die Resolution 1701 des Weltsicherheitsrats", "de", ["unscr:1701"]),
        ("FN:s säkerhetsråds resolution 1701", "sv", ["unscr:1701"]),
        ("resolution 1701 från FN:s säkerhetsråd", "sv", ["unscr:1701"]),
        ("UN Security Council (UNSC) Resolution 2231", "en", ["unscr:2231"]),
        ("the United Nations Security Council's Resolution 1325 on women", "en", ["unscr:1325"]),
        ("UN Security Council, Resolution 2231 (2015)", "en", ["unscr:2231"]),
    ],
)
def test_resolutions_of_the_security_council_alone(text: str, language: str, ids: list[str]) -> None:
    """Its name must stand beside the number as that of the owner; other assemblies act after its vetoes."""
    assert _cited(text, language) == ids


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("Le Conseil d’État a annulé la décision 2024/117", "fr", []),
        ("Consiglio di Stato, decisione 2024/1234", "it", []),
        ("Rady Ministrów decyzja 2024/12", "pl", []),
        ("Conseil constitutionnel, décision 2023/863", "fr", []),
        ("The Federal Communications Commission adopted decision 2024/15", "en", []),
        ("UN Human Rights Council decision 2024/101", "en", []),
        ("Virginia regulation 2024/15", "en", []),
        ("the EU's General Data Protection Regulation 2016/679", "en", ["celex:32016R0679"]),
        ("Council Regulation (EU) No 833/2014", "en", ["celex:32014R0833"]),
        ("Council Decision 2014/145/CFSP", "en", ["celex:32014D0145"]),
        ("African Union Decision 2024/12", "en", []),
        ("La Commission des affaires étrangères, décision 2024/12", "fr", []),
        ("Der Beschluss 2024/12 des Stadtrats, meldet die EU-Kommission", "de", []),
        ("The EU Parliament heard of Moscow's decision 2024/12", "en", []),
        ("Europarådets beslut 2024/12", "sv", []),
        ("European Court of Human Rights decision 2024/101", "en", []),
        ("The EU envoy criticised Virginia regulation 2024/15", "en", []),
        ("El Consejo de Ministros aprobó el reglamento 2024/15", "es", []),
        ("Die Europaministerin lobte den Beschluss 2024/12", "de", []),
        ("Kommission für Jugendschutz, Beschluss 2024/12", "de", []),
        ("EU sanctions Regulation 833/2014", "en", ["celex:32014R0833"]),
        ("EU Dual-Use Regulation 2021/821", "en", ["celex:32021R0821"]),
        ("Commission Implementing Regulation 2024/1183", "en", ["celex:32024R1183"]),
        ("the European Union's Regulation 833/2014", "en", ["celex:32014R0833"]),
        ("Regulation 2021/821 of the European Parliament and of the Council", "en", ["celex:32021R0821"]),
        ("EU:s förordning 2021/697", "sv", ["celex:32021R0697"]),
        ("die EU-Sanktionsverordnung 833/2014", "de", ["celex:32014R0833"]),
        ("unijne rozporządzenie 833/2014", "pl", ["celex:32014R0833"]),
        ("rozporządzenie UE 833/2014", "pl", ["celex:32014R0833"]),
        ("die europäische Richtlinie 2009/81", "de", ["celex:32009L0081"]),
        ("Regulation (EC) No 1/2003", "en", ["celex:32003R0001"]),
        ("le règlement (CE) n° 1/2003", "fr", ["celex:32003R0001"]),
        ("Regulation No 17/62/EEC", "en", ["celex:31962R0017"]),
    ],
)
def test_bare_acts_of_the_union_alone(text: str, language: str, ids: list[str]) -> None:
    """Councils, states and commissions of others number their acts alike."""
    assert _cited(text, language) == ids


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("48 CFR 252.225-7001", "en", ["cfr:48/252.225-7001"]),
        ("48 CFR 252.204-7012(b)", "en", ["cfr:48/252.204-7012"]),
        ("42 U.S.C. 1395w-101", "en", ["usc:42/1395w-101"]),
        ("22 U.S.C. 2151-1", "en", ["usc:22/2151-1"]),
        ("42 U.S.C. § 2000e-5(f)", "en", ["usc:42/2000e-5"]),
        ("15 U.S.C. 78dd-1", "en", ["usc:15/78dd-1"]),
        ("22 U.S.C. 2751-2799", "en", ["usc:22/2751"]),
        ("22 U.S.C. 2751-99", "en", ["usc:22/2751"]),
        ("10 U.S.C. §113", "en", ["usc:10/113"]),
        ("50 U.S.C. 1701-1708", "en", ["usc:50/1701"]),
        ("22 U.S.C. 2151-2431k", "en", ["usc:22/2151"]),
        ("22 CFR parts 120-130", "en", ["cfr:22/120"]),
        ("22 CFR 126.1-126.6", "en", ["cfr:22/126.1"]),
        ("26 CFR 1.501(c)(3)-1", "en", []),
        ("22 U.S.C. 2776(b)(1)", "en", ["usc:22/2776"]),
    ],
)
def test_a_number_of_a_code_is_whole(text: str, language: str, ids: list[str]) -> None:
    """Or none at all; of a range it is the first."""
    assert _cited(text, language) == ids


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("for the first time, the EU-NATO Joint Declaration mentions space", "en", ["eu-nato:2023-joint-declaration"]),
        ("prima della dichiarazione congiunta UE-NATO", "it", ["eu-nato:2023-joint-declaration"]),
        (
            "For the second year, the EU-NATO joint declaration guides the staffs",
            "en",
            ["eu-nato:2023-joint-declaration"],
        ),
        ("pour la première fois, la déclaration conjointe UE-OTAN", "fr", ["eu-nato:2023-joint-declaration"]),
        ("en primera línea: la declaración conjunta UE-OTAN", "es", ["eu-nato:2023-joint-declaration"]),
        ("EU, NATO and others: India and the EU signed the first Joint Declaration", "en", []),
        ("EU-NATO talks. India and the EU signed the first Joint Declaration", "en", []),
        ("After EU-NATO talks, both signed with Japan the third Joint Declaration on trade", "en", []),
        ("the EU and NATO signed their first Joint Declaration", "en", ["eu-nato:2016-joint-declaration"]),
        (
            "EU-NATO ties grew once both had signed the first Joint Declaration",
            "en",
            ["eu-nato:2016-joint-declaration"],
        ),
        ("EU-NATO ties grow. In 2016 came the first joint declaration", "en", ["eu-nato:2016-joint-declaration"]),
        ("the third Joint Declaration on EU-NATO cooperation", "en", ["eu-nato:2023-joint-declaration"]),
        ("la prima dichiarazione congiunta UE-NATO", "it", ["eu-nato:2016-joint-declaration"]),
        ("la deuxième déclaration conjointe UE-OTAN", "fr", ["eu-nato:2018-joint-declaration"]),
        ("la dichiarazione congiunta UE-NATO del 2018", "it", ["eu-nato:2018-joint-declaration"]),
        ("the EU-NATO Joint Declaration of 10 January 2023", "en", ["eu-nato:2023-joint-declaration"]),
        ("the EU-NATO Joint Declaration signed in Warsaw in 2016", "en", ["eu-nato:2016-joint-declaration"]),
        ("the 2016 EU-NATO Joint Declaration", "en", ["eu-nato:2016-joint-declaration"]),
        ("the EU-NATO Joint Declaration of 2002", "en", []),
        ("pierwsza wspólna deklaracja UE-NATO", "pl", ["eu-nato:2016-joint-declaration"]),
        ("die zweite Gemeinsame EU-NATO-Erklärung", "de", ["eu-nato:2018-joint-declaration"]),
        ("NATO: the Brussels Summit Declaration of 1994", "en", []),
        ("NATO: the 1994 Brussels Summit Declaration", "en", []),
        ("NATO allies pledged in the 2014 Wales Summit Declaration", "en", ["nato:2014-wales-summit-declaration"]),
        (
            "NATO's Washington Summit Declaration, published in July 2024",
            "en",
            ["nato:2024-washington-summit-declaration"],
        ),
        ("NATO's Vilnius Summit Communiqué (July 2023)", "en", ["nato:2023-vilnius-summit-communique"]),
        ("NATO's Strategic Concept, adopted in Madrid in 2022", "en", ["nato:2022-strategic-concept"]),
        ("the Joint Declaration on EU-NATO Cooperation (January 2023)", "en", ["eu-nato:2023-joint-declaration"]),
        ("the second EU-NATO joint declaration, signed in Brussels in 2018", "en", ["eu-nato:2018-joint-declaration"]),
        ("NATO's Madrid Summit Declaration of 1997", "en", []),
        ("NATO: Washington Summit Declaration (2025)", "en", []),
        ("NATO: the Brussels Summit Declaration of 11 July 2018", "en", ["nato:2018-brussels-summit-declaration"]),
        (
            "In 2025, NATO said the Washington Summit Declaration stands",
            "en",
            ["nato:2024-washington-summit-declaration"],
        ),
        ("NATO's Brussels Summit Communiqué (14 June 2021)", "en", ["nato:2021-brussels-summit-communique"]),
        ("NATO's next Strategic Concept", "en", []),
        ("das nächste Strategische Konzept der NATO", "de", []),
        ("le prochain concept stratégique de l'OTAN", "fr", []),
        ("el próximo Concepto Estratégico de la OTAN", "es", []),
        ("przyszła koncepcja strategiczna NATO", "pl", []),
        ("Over the next decade NATO's Strategic Concept will guide it", "en", ["nato:2022-strategic-concept"]),
        ("NATO's new Strategic Concept", "en", ["nato:2022-strategic-concept"]),
        ("NATO's Strategic Concept of 2010", "en", ["nato:2010-strategic-concept"]),
        ("NATO's Strategic Concept of 1957", "en", []),
        ("EU: UK White Paper on European Defence of 1955", "en", []),
        ("EU: the White Paper on European Defence of 1955", "en", []),
        ("EU: the British White Paper on European Defence", "en", []),
        ("the EU's White Paper for European Defence of March 2025", "en", ["join:2025/120"]),
        ("the EU White Paper for European Defence Readiness 2030", "en", ["join:2025/120"]),
        ("the EU White Paper on European Defence, 2026 and beyond", "en", ["join:2025/120"]),
    ],
)
def test_the_number_or_year_beside_a_name_decides(text: str, language: str, ids: list[str]) -> None:
    """One that stands elsewhere does not, and of a year without such a document there is none."""
    assert _cited(text, language) == ids


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        (
            "H.R. 1 died in the 118th Congress and came back as H.R. 22 in this Congress",
            "en",
            ["us-bill:118/hr/1", "us-bill:119/hr/22"],
        ),
        ("H.R. 1 (118th Congress) was reintroduced as H.R. 22", "en", ["us-bill:118/hr/1"]),
        ("H.R. 22, which resembles H.R. 1 (118th Congress)", "en", ["us-bill:119/hr/22", "us-bill:118/hr/1"]),
        ("H.R. 1 and S. 2 (118th Congress)", "en", ["us-bill:118/hr/1", "us-bill:118/s/2"]),
        ("H.R. 1 (118th Congress) and its companion bill S. 2", "en", ["us-bill:118/hr/1", "us-bill:118/s/2"]),
        ("In the 118th Congress the House passed H.R. 7", "en", ["us-bill:118/hr/7"]),
        ("The Philippine Senate passed the bill S. 100 on bases", "en", []),
        ("In Manila the Senate of the Philippines took up the bill S. 100", "en", []),
        ("S. 100 (19th Congress), said the Philippine Senate", "en", []),
        ("The Nigerian House of Representatives read H.R. 12", "en", []),
        ("The Philippine Senate thanked the US Senate for its bill S. 100", "en", ["us-bill:119/s/100"]),
        ("The Philippine Senate praised S. 100 (118th Congress)", "en", ["us-bill:118/s/100"]),
        ("The Senate bill S. 100 helps the Philippines", "en", ["us-bill:119/s/100"]),
    ],
)
def test_each_bill_has_its_own_congress(text: str, language: str, ids: list[str]) -> None:
    """That of a bill beside it counts in lists only, and Senates of other countries have bills too."""
    assert _cited(text, language) == ids


def test_places_are_those_of_the_raw_text() -> None:
    """Signs that are skipped in reading still count in the offsets, in title and text."""
    title, text = (
        "On  JOIN(2025)\u00a0120",
        "x\u00ad\u00ad yz \n\n COM(2025)\n 5\u00ad65 final, and H.R. 3838 (119th Congress).",
    )
    found = citations(title, text, "en", None)
    assert [(one.place, one.matched) for one in found] == [
        ("title", "JOIN(2025)\u00a0120"),
        ("text", "COM(2025)\n 5\u00ad65 final"),
        ("text", "H.R. 3838 (119th Congress)"),
    ]
    assert all({"title": title, "text": text}[one.place][one.start : one.end] == one.matched for one in found)


def test_names_and_addresses() -> None:
    """As a reader writes it, with the address that follows from the number or none."""
    found = citations("", "H.R. 3838; JOIN(2025) 120; ST 9012/25; PE 739.294; Directive 2009/81/EC", "en", SPRING_2026)
    assert [(one.name, one.url) for one in found] == [
        ("H.R. 3838 (119th Congress)", "https://www.congress.gov/bill/119th-congress/house-bill/3838"),
        ("JOIN(2025) 120", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=JOIN:2025:120:FIN"),
        ("ST 9012/25", "https://data.consilium.europa.eu/doc/document/ST-9012-2025-INIT/en/pdf"),
        ("PE 739.294", None),
        ("Directive 2009/81", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32009L0081"),
    ]


@pytest.mark.parametrize(
    ("title", "url", "ids"),
    [
        ("EDIP", "https://eur-lex.europa.eu/eli/reg/2025/2643/oj", {"celex:32025R2643", "oj:L/2025/2643"}),
        ("x", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX%3A52025JC0120", {"join:2025/120"}),
        (
            "Regulation (EU) 2025/2643 amending Regulation (EU) 2021/697",
            "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=OJ:L_202502643",
            {"celex:32025R2643", "oj:L/2025/2643"},
        ),
        ("x", "https://www.congress.gov/bill/119th-congress/senate-bill/2296", {"us-bill:119/s/2296"}),
        ("x", "https://www.europarl.europa.eu/thinktank/en/document/EPRS_BRI(2016)589784", {"eprs:PE-589.784"}),
        (
            "x",
            "https://www.nato.int/en/about-us/official-texts-and-resources/official-texts/2026/07/08/the-ankara-summit-declaration",
            {"nato:2026-ankara-summit-declaration"},
        ),
        ("x", "http://www.nato.int/cps/en/natohq/official_texts_112964.htm", {"nato:2014-wales-summit-declaration"}),
        ("Washington Summit Declaration", "https://www.nato.int/x", {"nato:2024-washington-summit-declaration"}),
        ("Allies discuss how the Washington Summit Declaration is put to work", "https://www.nato.int/x", set()),
        ("Public Law 119-60", "https://www.govinfo.gov/app/details/x", {"us-law:119-60"}),
        ("What Regulation (EU) 2025/2643 means for you", "https://news.example/edip", set()),
        ("x", "https://www.federalregister.gov/d/2025-06063", {"fr-doc:2025-06063"}),
        ("x", "https://news.example/gao-25-106123", set()),
        ("A title", None, set()),
        ("x", "http://[broken", set()),
    ],
)
def test_identity(title: str, url: str | None, ids: set[str]) -> None:
    """The address tells what an item is; a title does at the places where documents lie only."""
    assert identity(title, url) == ids


def test_a_document_does_not_cite_itself() -> None:
    """Its own number in its head is no citation; the other ones are."""
    url = "https://eur-lex.europa.eu/eli/reg/2025/2643/oj"
    found = citations("Regulation (EU) 2025/2643", "amending Regulation (EU) 2021/697", "en", SPRING_2026, url)
    assert [one.document_id for one in found] == ["celex:32021R0697"]


def test_a_long_text_is_read_to_its_end() -> None:
    """Only what stands beside a sign of a document is looked at, wherever that is and whatever letters come before."""
    far = "İstanbul said nothing. " * 20_000
    text = f"{far}H.R. 3838 (119th Congress){far}JOIN(2025) 120{far}NATO's 2022 Strategic Concept"
    found = citations("", text, "en", SPRING_2026)
    assert [one.matched for one in found] == [
        "H.R. 3838 (119th Congress)",
        "JOIN(2025) 120",
        "NATO's 2022 Strategic Concept",
    ]


def test_a_text_full_of_signs_is_read_far() -> None:
    """A long table of numbers that are none hides no document: two hundred thousand characters of it are read."""
    table = "on 12/34 " * 20_000
    assert _cited(f"{table}Regulation (EU) 2025/2643") == ["celex:32025R2643"]
    assert _cited(f"{table * 2}Regulation (EU) 2025/2643") == []


def test_a_list_of_acts_is_cut() -> None:
    """An item keeps so many citations and no more."""
    found = citations("", " ".join(f"COM(2025) {number}" for number in range(1, 400)), "en", None)
    assert len(found) == MOST
    assert isinstance(found[0], Citation)


@pytest.mark.parametrize(
    "piece",
    [
        "(EU) 2025/2643 ",
        "OJ L 1",
        "COM(",
        "S. 1 ",
        "H.R. 1, 1",
        "NATO ",
        "ST 9012/25 ADD 1",
        "a\u00ad ",
        " ",
        "9",
        "NDAA for ",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    """A hundred thousand signs of anything are read; a rule that is not linear would never end."""
    citations("", piece * (100_000 // len(piece)), "en", SPRING_2026)
