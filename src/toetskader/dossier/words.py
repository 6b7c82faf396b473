"""What the kinds of documents and their fields are in Dutch, each with an example: for who fills in a dossier.

Every field of `toetskader.facts.dossier.documents` stands here, as `Model.field`; a field without words of its own is
told in English by what its model says of it, and the selftests refuse that.
"""

from typing import NamedTuple

from toetskader.text import Text


class KindWords(NamedTuple):
    """What a kind is called."""

    name: str
    """In Dutch, and what the names of folders begin with."""
    what: str
    """Which documents are of it, in Dutch."""


class FieldWords(NamedTuple):
    """What a field says."""

    what: str
    """In Dutch."""
    example: str
    """A value as it stands in YAML; empty for a block, whose fields have their own."""


KINDS = {
    "certificate": KindWords("certificaat", "Een certificaat van een managementsysteem, een dienst of een product."),
    "assessment": KindWords(
        "beoordeling",
        "Een test, audit of beoordeling door iemand: pentest, SOC 2, ISAE 3402, DigiD, WCAG, go-live, risicoanalyse.",
    ),
    "agreement": KindWords("overeenkomst", "Een SLA, DAP, contract, verwerkersovereenkomst, charter of uitvraag."),
    "declaration": KindWords("verklaring", "Wat iemand verklaart, namens wie en tot wanneer."),
    "policy": KindWords("beleid", "Een beleid, plan, procedure, roadmap of businesscase."),
    "register": KindWords("register", "Een lijst die wordt bijgehouden; de rijen staan in een spreadsheet of CSV."),
    "decision": KindWords("besluit", "Een besluit: ontheffing, openstelling, keuze, mandaat, go of no-go."),
    "assignment": KindWords("rollen", "Wie wat doet: rollen met wie ze heeft, zoals in een RACI."),
    "record": KindWords("verslag", "Wat er gebeurd is: oefening, hersteltest, uitwijk, demo, pilot, intake, proef."),
    "design": KindWords("ontwerp", "Een architectuur, een technisch of beveiligingsontwerp, of documentatie."),
    "export": KindWords("export", "Wat een hulpmiddel opsomt: resources in een cloud, firewallregels, back-ups."),
    "form": KindWords("formulier", "Een ingevuld formulier: DPIA, IAMA, WCAG-EM, SBOM, publiccode, checklist."),
    "extract": KindWords("uittreksel", "Een uittreksel uit het handelsregister."),
    "contacts": KindWords("contacten", "Wie er te bereiken is, en de servicedesk."),
    "card": KindWords("kaart", "Wat het component is: één per doel, in kaart.yaml naast de mappen."),
}  # fmt: skip
"""Kind → its words."""

SIDES = {
    "supplier": Text("de leverancier", "the supplier"),
    "municipality": Text("de gemeente", "the municipality"),
    "independent": Text("een onafhankelijke partij", "an independent party"),
}
"""On whose behalf → in words."""

_SIDE = "namens wie: supplier (leverancier), municipality (gemeente) of independent (onafhankelijk)"
_FILE_OF_ROWS = "in welk van de bestanden de rijen staan"
_SHEET = "welk tabblad; weglaten voor het eerste"
_COLUMNS = "hoe een eis een kolom noemt, en wat er in het bestand boven die kolom staat"
_PERSONAL = "kolommen met namen van personen; het rapport bewaart daarvan alleen een nummer"
_KEY = "de kolom die rijen uit elkaar houdt"
_ITEM = "waarover het gaat, als er meer zijn: een koppeling, een release, een hostnaam"
_DETAILS = "feiten waar een eis naar vraagt, op naam"
_REFERS = "documenten waar het naar verwijst, met hun versie"

FIELDS = {
    name: FieldWords(what, example)
    for name, what, example in (
        ("Envelope.id", "naam van dit document, uniek in het dossier; gebruik die van de map", "certificaat-iso27001"),
        ("Envelope.type", "welk document van zijn soort het is; eisen vragen ernaar", '"27001"'),
        ("Envelope.title", "de titel zoals die op het document staat", ""),
        ("Envelope.version", "de versie, als het document die noemt", '"2.1"'),
        ("Envelope.language", "de taal: nl of en", "nl"),
        ("Envelope.issuer", "wie het document uitgaf", ""),
        ("Envelope.issued_on", "de dag van het document zelf, niet die van het toevoegen", "2026-10-13"),
        ("Envelope.period", "over welke dagen het gaat, bij een verslag of rapport over een periode", ""),
        ("Envelope.valid_from", "eerste dag dat het geldt, als dat later is dan de dag van uitgifte", "2026-11-01"),
        ("Envelope.valid_until", "laatste dag dat het geldt; dossier status waarschuwt 60 dagen ervoor", "2027-10-12"),
        ("Envelope.supersedes", "id's van oudere documenten die dit vervangt", "[certificaat-iso27001-2023]"),
        ("Envelope.files", "de bestanden in deze map; 'toetskader dossier hash' vult ze in", ""),
        ("Envelope.signatures", "wie het ondertekenden", ""),
        ("Envelope.places", "waar in het bestand elk feit staat; 'toetskader dossier find' stelt ze voor", ""),
        ("Issuer.organisation", "de organisatie", '"Acme BV"'),
        ("Issuer.side", _SIDE, "supplier"),
        ("Issuer.person", "de persoon; het rapport bewaart alleen een nummer", '"A. de Vries"'),
        ("Issuer.role", "de functie van die persoon", "CISO"),
        ("Period.from", "eerste dag", "2026-01-01"),
        ("Period.to", "laatste dag", "2026-06-30"),
        ("ListedFile.path", "naam van het bestand, in deze map", "certificaat.pdf"),
        ("ListedFile.sha256", "vingerafdruk van het bestand; 'toetskader dossier hash' vult hem in", ""),
        ("Signature.name", "wie ondertekende; het rapport bewaart alleen een nummer", '"A. de Vries"'),
        ("Signature.organisation", "namens welke organisatie", '"Acme BV"'),
        ("Signature.side", _SIDE, "supplier"),
        ("Signature.role", "de functie", "directeur"),
        ("Signature.on", "de dag van ondertekenen", "2026-10-13"),
        ("Signature.how", "pdf (digitaal in het bestand), wet (met pen) of platform (een ondertekendienst)", "pdf"),
        ("Signature.file", "in welk bestand; weglaten voor het eerste", "certificaat.pdf"),
        ("Place.fact", "welk feit van dit document: de naam van het veld", "valid_until"),
        ("Place.file", "in welk bestand; weglaten voor het eerste", "certificaat.pdf"),
        ("Place.page", "op welke bladzijde, geteld vanaf 1", "1"),
        ("Place.text", "de woorden zoals ze daar staan", '"geldig tot en met 12 oktober 2027"'),
        ("Certificate.standard", "de norm, zoals die op het certificaat staat", '"NEN-EN-ISO/IEC 27001"'),
        ("Certificate.edition", "het jaar van de norm, met aanvullingen", '"2023+A1:2024"'),
        ("Certificate.holder", "wie het certificaat heeft", '"Acme BV"'),
        ("Certificate.body", "wie het certificeerde", '"Kiwa"'),
        ("Certificate.accreditation", "nummer van die instelling bij de Raad voor Accreditatie", '"RvA C 123"'),
        ("Certificate.number", "nummer van het certificaat", '"K-0815"'),
        ("Certificate.scope", "waarvoor het geldt, zoals het er staat; noem het product", '"hosting van Meldingen"'),
        ("Certificate.sites", "vestigingen waarvoor het geldt", '["Utrecht"]'),
        ("Certificate.surveillance", "dagen van de controle-audits", "[2026-03-02]"),
        ("Certificate.soa_version", "versie van de verklaring van toepasselijkheid", '"1.4"'),
        ("Assessment.standard", "waaraan is beoordeeld", '"WCAG 2.2 AA"'),
        ("Assessment.report_type", "soort assurance-rapport: I of II", '"II"'),
        ("Assessment.assessor", "wie beoordeelde", ""),
        ("Assessment.subject", "wat beoordeeld is", ""),
        ("Assessment.scope", "wat erbinnen viel", '"webapplicatie en API"'),
        ("Assessment.result", "de conclusie, in een paar woorden", '"voldoet"'),
        ("Assessment.open", "bevindingen die nog openstaan, naar ernst", ""),
        ("Assessment.norms", "per norm wat eruit kwam", ""),
        ("Assessment.item", _ITEM, '"release 4.2"'),
        ("Assessment.owner", "wie de opvolging doet", '"B. Jansen"'),
        ("Assessment.participants", "hoeveel mensen meededen", "5"),
        ("Assessment.url", "waar het gepubliceerd is", '"https://www.acme.example/toegankelijkheid"'),
        ("Assessment.run_sha256", "SHA-256 van de results.json waar het op rust", ""),
        ("Assessment.topics", "onderwerpen die aan bod kwamen", "[rollen, rechten]"),
        ("Assessor.name", "naam van de beoordelaar; het rapport bewaart alleen een nummer", '"C. Bakker"'),
        ("Assessor.organisation", "de organisatie", '"Onafhankelijk Toetsers BV"'),
        ("Assessor.qualification", "de kwalificatie", "OSCP"),
        ("Assessor.side", _SIDE, "independent"),
        ("Assessed.product", "het product", '"Meldingen"'),
        ("Assessed.version", "de versie die beoordeeld is", '"4.2.0"'),
        ("Severities.critical", "aantal kritiek", "0"),
        ("Severities.high", "aantal hoog", "0"),
        ("Severities.medium", "aantal midden", "2"),
        ("Severities.low", "aantal laag", "3"),
        ("NormResult.id", "nummer van de norm", '"U/WA.02"'),
        ("NormResult.result", "met (voldoet), not met (voldoet niet) of not applicable (n.v.t.)", "met"),
        ("Agreement.parties", "de partijen", ""),
        ("Agreement.governing_law", "welk recht geldt, als land", "NL"),
        ("Agreement.term", "de looptijd", ""),
        ("Agreement.refers_to", _REFERS, '["GIBIT 2023"]'),
        ("Agreement.clauses", "wat er geregeld is, en waar dat staat", ""),
        ("Agreement.levels", "afgesproken niveaus, als getal", ""),
        ("Agreement.tasks", "wat de leverancier doet", "[installation, updates]"),
        ("Agreement.component", "over welk component het gaat", '"Meldingen"'),
        ("Agreement.requirements", "id's van eisen die erin genoemd worden", "[DDC-7-02]"),
        ("Agreement.planned_on", "de dag waarop het gepland is", "2027-01-01"),
        ("Agreement.text_sha256", "SHA-256 van de afgesproken tekst, om met de gepubliceerde te vergelijken", ""),
        ("AgreementParty.organisation", "de organisatie", '"Acme BV"'),
        ("AgreementParty.side", _SIDE, "supplier"),
        ("AgreementParty.kvk", "nummer bij de Kamer van Koophandel", '"01234567"'),
        ("Term.from", "eerste dag", "2026-01-01"),
        ("Term.until", "laatste dag; weglaten als er geen einde is", "2029-12-31"),
        ("Term.notice_months", "opzegtermijn in maanden", "3"),
        ("Clause.topic", "het onderwerp, zoals de eis het noemt", "audit"),
        ("Clause.ref", "artikel of paragraaf", '"7.2"'),
        ("Clause.text", "wat er staat, in een zin", '"De gemeente mag eens per jaar laten toetsen."'),
        ("ServiceLevel.name", "wat er gemeten wordt, zoals de eis het noemt", "availability"),
        ("ServiceLevel.value", "het afgesproken getal", "99.5"),
        ("ServiceLevel.unit", "de eenheid", '"%"'),
        ("Declaration.clauses", "wat er verklaard wordt, zoals de eis het noemt", "[password-manager]"),
        ("Declaration.on_behalf_of", "namens welke organisatie", '"Acme BV"'),
        ("Declaration.coverage", "voor hoeveel van de hoeveel", ""),
        ("Declaration.scope", "waarvoor de verklaring geldt", '"versiebeheer en cluster"'),
        ("Declaration.details", _DETAILS, '{password-manager: "Bitwarden"}'),
        ("Coverage.done", "hoeveel wel", "42"),
        ("Coverage.of", "van de hoeveel", "42"),
        ("Policy.owner", "wie erover gaat", '"B. Jansen"'),
        ("Policy.approved_by", "wie het vaststelde; iemand anders dan de eigenaar", '"D. Smit"'),
        ("Policy.approver_role", "de functie van wie het vaststelde", '"directeur"'),
        ("Policy.approved_on", "de dag van vaststellen", "2026-02-01"),
        ("Policy.reviewed_on", "de dag waarop het voor het laatst herzien is", "2026-09-01"),
        ("Policy.topics", "welke onderwerpen erin staan, en waar", ""),
        ("Policy.values", "getallen die erin staan, op naam", "{rto_hours: 16, rpo_hours: 24}"),
        ("Policy.phases", "fasen van een plan", ""),
        ("Policy.refers_to", _REFERS, '["BIO2"]'),
        ("Policy.withdrawn", "of het is ingetrokken", "false"),
        ("Topic.topic", "het onderwerp, zoals de eis het noemt", "escalation"),
        ("Topic.ref", "hoofdstuk of paragraaf", '"3.1"'),
        ("Phase.name", "naam van de fase", "bouw"),
        ("Phase.from", "eerste dag", "2026-01-01"),
        ("Phase.to", "laatste dag", "2026-06-30"),
        ("Phase.closed_on", "de dag waarop zij is afgesloten", "2026-06-25"),
        ("Phase.explanation", "toelichting", '"een week eerder klaar"'),
        ("Register.table", _FILE_OF_ROWS, "subverwerkers.xlsx"),
        ("Register.sheet", _SHEET, '"Blad1"'),
        ("Register.columns", _COLUMNS, '{name: "Naam", country: "Land"}'),
        ("Register.personal", _PERSONAL, "[owner]"),
        ("Register.key", _KEY, "name"),
        ("Register.as_of", "de dag waarop de lijst zo was", "2026-11-01"),
        ("Decision.subject", "waarover besloten is", "identity-solution"),
        ("Decision.outcome", "wat het besluit is", '"toegestaan"'),
        ("Decision.by", "wie besloot; het rapport bewaart alleen een nummer", '"E. Visser"'),
        ("Decision.role", "de functie van wie besloot", '"CIO"'),
        ("Decision.on", "de dag van het besluit", "2026-05-12"),
        ("Decision.review_on", "de dag waarop het opnieuw bekeken wordt", "2027-05-12"),
        ("Decision.expires", "laatste dag dat het besluit geldt", "2027-12-31"),
        ("Decision.target_date", "de dag waarop het geregeld moet zijn", "2027-06-01"),
        ("Decision.reason", "waarom zo besloten is", '"er is nog geen koppeling"'),
        ("Decision.item", _ITEM, '"app.acme.example"'),
        ("Decision.details", _DETAILS, '{mechanism: "limiet per client"}'),
        ("Decision.options", "wat er vergeleken is", '["bouwen", "kopen"]'),
        ("Assignment.roles", "de rollen", ""),
        ("Assigned.role", "de rol, zoals de eis die noemt", "installation"),
        ("Assigned.organisation", "welke organisatie de rol heeft", '"Acme BV"'),
        ("Assigned.side", _SIDE, "supplier"),
        ("Assigned.person", "wie; het rapport bewaart alleen een nummer", '"F. de Boer"'),
        ("Record.event", "wat er gebeurde", '"uitwijktest"'),
        ("Record.on", "de dag", "2026-09-15"),
        ("Record.participants", "wie erbij waren; het rapport bewaart alleen nummers", '["F. de Boer", "B. Jansen"]'),
        ("Record.result", "wat eruit kwam", "ok"),
        ("Record.measured", "wat er gemeten is, op naam", "{rto_hours: 3.5}"),
        ("Record.actions", "wat er is afgesproken", ""),
        ("Record.item", _ITEM, '"release 4.2"'),
        ("Record.details", _DETAILS, '{tenant: "voorbeeldstad"}'),
        ("Action.what", "wat er gedaan wordt", '"back-up vaker controleren"'),
        ("Action.due", "wanneer het klaar moet zijn", "2026-12-01"),
        ("Action.done_on", "wanneer het klaar was", "2026-11-20"),
        ("Design.author_role", "de functie van wie het maakte", "im-adviser"),
        ("Design.sections", "welke onderwerpen erin staan, en waar", ""),
        ("Design.references", _REFERS, '["GEMMA"]'),
        ("Design.elements", "wat het beschrijft: diensten, koppelingen", '["database", "cache"]'),
        ("Design.item", _ITEM, '"zaken-api"'),
        ("Export.tool", "welk hulpmiddel", '"Azure Resource Graph"'),
        ("Export.exported_on", "de dag van de export", "2026-11-01"),
        ("Export.query", "de vraag waarmee hij gemaakt is", '"Resources | project type, location"'),
        ("Export.table", _FILE_OF_ROWS, "resources.csv"),
        ("Export.sheet", _SHEET, '"Blad1"'),
        ("Export.columns", _COLUMNS, '{type: "TYPE", region: "LOCATION"}'),
        ("Export.personal", _PERSONAL, "[owner]"),
        ("Export.key", _KEY, "id"),
        ("Export.values", "wat over de rijen gemeld wordt, als getal", "{paas_percent: 55.6}"),
        ("Export.details", _DETAILS, '{single-region: "de tweede regio volgt in 2027"}'),
        ("Form.format", "waarin het bestand geschreven is; answers is een lijst met vragen en antwoorden", "dpia"),
        ("Form.form", "in welk van de bestanden de antwoorden staan", "dpia.json"),
        ("Extract.legal_name", "de statutaire naam", '"Acme B.V."'),
        ("Extract.kvk", "nummer bij de Kamer van Koophandel", '"01234567"'),
        ("Extract.seat", "het land van de zetel", "NL"),
        ("Extract.parents", "wie de eigenaar is, tot en met de laatste; leeg als er geen is", ""),
        ("Company.name", "naam van het bedrijf", '"Acme Holding B.V."'),
        ("Company.country", "het land", "NL"),
        ("Contacts.persons", "wie er te bereiken zijn", ""),
        ("Contacts.desk", "de servicedesk", ""),
        ("Contact.name", "naam; het rapport bewaart alleen een nummer", '"G. Mulder"'),
        ("Contact.phone", "telefoonnummer; komt niet in het rapport", '"030 123 45 67"'),
        ("Contact.mail", "mailadres; komt niet in het rapport", '"g.mulder@acme.example"'),
        ("Contact.role", "waarvoor", "security"),
        ("Contact.verified_on", "de dag waarop voor het laatst is nagegaan dat het klopt", "2026-10-01"),
        ("Desk.languages", "in welke talen", "[nl]"),
        ("Desk.hours", "wanneer", '"ma-vr 8:30-17:00"'),
        ("Desk.purposes", "waarvoor", "[incidents, questions]"),
        ("Desk.tested_on", "de dag waarop het voor het laatst geprobeerd is", "2026-10-01"),
        ("Card.component", "naam van het component", '"Meldingen"'),
        ("Card.gemma", "id of naam van het referentiecomponent in GEMMA", '"Meldingencomponent"'),
        ("Card.level", "volwassenheidsniveau, 1 tot en met 4", "3"),
        ("Card.environment", "in welke omgeving het draait", "haven"),
        ("Card.registries", "waar de images vandaan komen", '["registry.acme.example/meldingen"]'),
        ("Card.chart_repository", "waar de Helm-chart vandaan komt", '"https://charts.acme.example"'),
        ("Card.classification", "classificatie van de gegevens", '"vertrouwelijk"'),
        ("Card.confidentiality", "vertrouwelijkheid", "BBN2"),
        ("Card.integrity", "integriteit", "BBN2"),
        ("Card.availability", "beschikbaarheid", "BBN1"),
        ("Card.go_live", "de dag van ingebruikname", "2026-03-01"),
        ("Card.ends_on", "de dag waarop het ophoudt", "2029-12-31"),
    )
}  # fmt: skip
"""`Model.field` → its words."""
