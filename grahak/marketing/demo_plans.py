# ruff: noqa: E501 (sentences in four languages)
"""The demo's year of campaigns as data: what was said, when (festivals by their dates), to whom, on which way, and how
people took it. All of it is invented; the orders that come after are the demo shop's real ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache

SHOP = "https://shop.kapasi.example"


@dataclass(frozen=True)
class Manner:
    """How the simulated people take a message, as parts of those who got it: OPENED, CLICKED (of all, not of those who
    opened), STOPPED (asked us to stop), BOUNCED (came back for good), FAILED (refused at once), SPAM (complained)."""

    opened: float = 0.3
    clicked: float = 0.08
    stopped: float = 0.004
    bounced: float = 0.006
    failed: float = 0.006
    spam: float = 0.0006


@dataclass(frozen=True)
class Plan:
    """One campaign. FESTIVAL: its English name in the `holidays` package, or (month, day); it went out DAYS before it
    (the last time that lies at least that long ago), or, with neither, DAYS ago from today. WHOM: "all" who had bought
    by then, the "best" by what they bought, "late" (nothing for ninety days), "new" (first bought within ninety days);
    at most MOST of them. TILT: held out are not drawn by lot but chosen so that this part fewer of them bought."""

    name: str
    days: int
    words: dict[str, tuple[str, str]]
    festival: str | tuple[int, int] | None = None
    channel: str = "email"
    whom: str = "all"
    most: int = 1_500
    window: int = 7
    held_out: int = 10
    manner: Manner = field(default_factory=Manner)
    variants: dict[str, tuple[str, float]] = field(
        default_factory=dict
    )  # letter: (subject or name, share of clicks)
    winner: str = ""
    test_percent: int = 100
    tilt: float = 0.0
    each: str = ""
    once: str = ""
    links: tuple[str, ...] = (f"{SHOP}/new",)
    minus: tuple[str, int] | None = None


def launch_day(plan: Plan, today: dt.date) -> dt.date:
    """The day on which a plan went out, at least a day ago."""
    if plan.festival is None:
        return today - dt.timedelta(days=plan.days)
    before = dt.timedelta(days=plan.days)
    days = [day - before for day in festival_days(plan.festival, today.year)]
    return max(day for day in days if day < today)


@cache
def festival_days(festival: str | tuple[int, int], year: int) -> tuple[dt.date, ...]:
    """The days of a festival in the years around YEAR."""
    years = range(year - 2, year + 1)
    if isinstance(festival, tuple):
        return tuple(dt.date(one, *festival) for one in years)
    import holidays  # slow to load

    named = holidays.country_holidays("IN", subdiv="GJ", years=years).get_named(festival, lookup="icontains")
    return tuple(sorted(named)) or (dt.date(year - 1, 12, 1),)


SMS = Manner(opened=0.0, clicked=0.035, stopped=0.006, bounced=0.0, failed=0.02, spam=0.0)
WHATSAPP = Manner(opened=0.0, clicked=0.13, stopped=0.007, bounced=0.0, failed=0.025, spam=0.0)
HELLO = {
    "en": "Dear {{ contact.first_name | default: 'friend' }},",
    "ur": "محترم {{ contact.first_name | default: 'دوست' }}،",
    "hi": "नमस्ते {{ contact.first_name | default: 'मित्र' }},",
    "gu": "નમસ્તે {{ contact.first_name | default: 'મિત્ર' }},",
}


def _mail(**said: tuple[str, str]) -> dict[str, tuple[str, str]]:
    """Subject and text by language, with greeting and regards."""
    return {
        code: (subject, f"{HELLO[code]}\n\n{text}\n\n{{{{ shop.name }}}}")
        for code, (subject, text) in said.items()
    }


def _text(**said: str) -> dict[str, tuple[str, str]]:
    return {code: ("", text) for code, text in said.items()}


PLANS = [
    Plan(
        "Christmas gifts, last call", 12,
        _mail(
            en=("Christmas gifts: last boxes in the godown", "What is left of the Christmas range goes first come, first served."),
            ur=("کرسمس کے تحفے: گودام میں آخری پیٹیاں", "کرسمس کا بچا ہوا مال پہلے آئیے، پہلے پائیے۔"),
            hi=("क्रिसमस गिफ़्ट: गोदाम में आख़िरी पेटियाँ", "क्रिसमस का बचा माल पहले आओ, पहले पाओ।"),
            gu=("ક્રિસમસ ગિફ્ટ: ગોદામમાં છેલ્લી પેટીઓ", "ક્રિસમસનો બાકી માલ વહેલો તે પહેલો."),
        ),
        festival=(12, 25), whom="best", most=700, each="0.04", links=(f"{SHOP}/christmas",),
    ),
    Plan(
        "After the season: clear-out", 0,
        _mail(
            en=("Half rates on what is left", "The shelves must be empty by the end of the month."),
            ur=("بچے ہوئے مال پر آدھا ریٹ", "مہینے کے آخر تک شیلف خالی کرنے ہیں۔"),
            hi=("बचे माल पर आधा रेट", "महीने के आख़िर तक शेल्फ़ ख़ाली करनी है।"),
            gu=("બાકી માલ પર અડધો ભાવ", "મહિનાના અંત સુધીમાં શેલ્ફ ખાલી કરવાની છે."),
        ),
        festival=(1, 18), most=1_200, each="0.04",
        variants={"A": ("Half rates on what is left", 0.07), "B": ("Take the last box, {{ contact.first_name }}?", 0.115)},
        winner="B", links=(f"{SHOP}/clear-out", f"{SHOP}/terms"),
    ),
    Plan(
        "Holi colours", 9,
        _text(
            en="Holi range is in: bunting, paper, party. Ask us for rates. Kapasi",
            ur="ہولی کا مال آ گیا: جھنڈیاں، کاغذ، پارٹی کا سامان۔ ریٹ پوچھیں۔ Kapasi",
            hi="होली का माल आ गया: झंडियाँ, काग़ज़, पार्टी का सामान। रेट पूछें। Kapasi",
            gu="હોળીનો માલ આવી ગયો: તોરણ, કાગળ, પાર્ટીનો સામાન. ભાવ પૂછો. Kapasi",
        ),
        festival="Holi", channel="sms", manner=SMS, most=900, links=(f"{SHOP}/holi",),
    ),
    Plan(
        "Eid greetings and the new range", 6,
        _text(
            en="Eid Mubarak from all of us. The new range waits for you in the shop.",
            ur="ہم سب کی طرف سے عید مبارک۔ نیا مال دکان پر آپ کا منتظر ہے۔",
            hi="हम सब की ओर से ईद मुबारक। नया माल दुकान पर आपका इंतज़ार कर रहा है।",
            gu="અમારા સૌ તરફથી ઈદ મુબારક. નવો માલ દુકાને તમારી રાહ જુએ છે.",
        ),
        festival="Eid al-Fitr", channel="whatsapp", manner=Manner(0.0, 0.0, 0.004, 0.0, 0.02, 0.0), most=1_000, links=(),
    ),
    Plan(
        "Spring range", 0,
        _mail(
            en=("The spring range is here", "Garden, picnic and kitchen: two hundred new items, rates inside."),
            ur=("بہار کا نیا مال آ گیا", "باغ، پکنک اور باورچی خانہ: دو سو نئے آئٹم، ریٹ اندر۔"),
            hi=("बसंत का नया माल आ गया", "बाग़, पिकनिक और रसोई: दो सौ नए आइटम, रेट अंदर।"),
            gu=("વસંતનો નવો માલ આવી ગયો", "બગીચો, પિકનિક અને રસોડું: બસો નવી આઇટમ, ભાવ અંદર."),
        ),
        festival=(4, 14), most=1_800, window=14, each="0.04", once="1800",
        manner=Manner(opened=0.34, clicked=0.1), links=(f"{SHOP}/spring", f"{SHOP}/garden"),
        minus=("Khata over the limit", 34),
    ),
    Plan(
        "Eid al-Adha: open till late", 3,
        _text(
            en="Eid week: shop open till 10 pm, gift boxes from stock. Kapasi",
            ur="عید کا ہفتہ: دکان رات 10 بجے تک کھلی، گفٹ بکس حاضر۔ Kapasi",
            hi="ईद का हफ़्ता: दुकान रात 10 बजे तक खुली, गिफ़्ट बॉक्स तैयार। Kapasi",
            gu="ઈદનું અઠવાડિયું: દુકાન રાત્રે 10 સુધી ખુલ્લી, ગિફ્ટ બોક્સ હાજર. Kapasi",
        ),
        festival="Eid al-Adha", channel="sms", manner=SMS, most=800, held_out=0, links=(f"{SHOP}/eid",),
    ),
    Plan(
        "We miss you", 0,
        _mail(
            en=("It has been a while, {{ contact.first_name }}", "Your last order is some time ago. Tell us what was wrong, or see what is new."),
            ur=("{{ contact.first_name }}، بہت دن ہو گئے", "آپ کا آخری آرڈر کافی پرانا ہے۔ بتائیں کیا کمی رہی، یا نیا مال دیکھیں۔"),
            hi=("{{ contact.first_name }}, बहुत दिन हो गए", "आपका पिछला ऑर्डर काफ़ी पुराना है। बताइए क्या कमी रही, या नया माल देखिए।"),
            gu=("{{ contact.first_name }}, ઘણા દિવસ થયા", "તમારો છેલ્લો ઓર્ડર ઘણો જૂનો છે. શું ખામી રહી તે કહો, અથવા નવો માલ જુઓ."),
        ),
        festival=(7, 6), whom="late", most=1_100, window=14, each="0.04",
        manner=Manner(opened=0.19, clicked=0.035, stopped=0.016, bounced=0.02, spam=0.002),
    ),
    Plan(
        "Rakhi gift boxes", 10,
        _text(
            en="Rakhi gift boxes at wholesale rates. Tap to see them.",
            ur="راکھی کے گفٹ بکس ہول سیل ریٹ پر۔ دیکھنے کے لیے دبائیں۔",
            hi="राखी के गिफ़्ट बॉक्स थोक रेट पर। देखने के लिए दबाएँ।",
            gu="રાખડીના ગિફ્ટ બોક્સ જથ્થાબંધ ભાવે. જોવા માટે દબાવો.",
        ),
        festival="Raksha Bandhan", channel="whatsapp", manner=WHATSAPP, most=1_300, links=(f"{SHOP}/rakhi",),
    ),
    Plan(
        "The autumn catalogue", 0,
        _mail(
            en=("The autumn catalogue", "Sixty pages: lights, Christmas, table and home. The rates hold until the month's end."),
            ur=("خزاں کی کیٹلاگ", "ساٹھ صفحے: روشنیاں، کرسمس، دسترخوان اور گھر۔ ریٹ مہینے کے آخر تک۔"),
            hi=("पतझड़ का कैटलॉग", "साठ पन्ने: लाइटें, क्रिसमस, टेबल और घर। रेट महीने के आख़िर तक।"),
            gu=("પાનખરનું કેટલોગ", "સાઠ પાનાં: લાઇટ, ક્રિસમસ, ટેબલ અને ઘર. ભાવ મહિનાના અંત સુધી."),
        ),
        festival=(9, 15), most=2_600, window=14, each="0.04", once="6500", test_percent=30, winner="C",
        variants={"A": ("The autumn catalogue", 0.08), "B": ("Sixty pages, one hour", 0.075), "C": ("Your rates for autumn, {{ contact.first_name }}", 0.135)},
        manner=Manner(opened=0.36, clicked=0.1), links=(f"{SHOP}/catalogue", f"{SHOP}/lights", f"{SHOP}/christmas"),
    ),
    Plan(
        "Diwali, first look", 20,
        _mail(
            en=("Diwali, first look: lights and gifts", "{{ customer.name }} sees the Diwali range before everybody else, at last year's rates until Saturday."),
            ur=("دیوالی کی پہلی جھلک: روشنیاں اور تحفے", "{{ customer.name }} دیوالی کا مال سب سے پہلے دیکھے، ہفتے تک پچھلے سال کے ریٹ۔"),
            hi=("दिवाली की पहली झलक: लाइटें और गिफ़्ट", "{{ customer.name }} दिवाली का माल सबसे पहले देखे, शनिवार तक पिछले साल के रेट।"),
            gu=("દિવાળીની પહેલી ઝલક: લાઇટ અને ગિફ્ટ", "{{ customer.name }} દિવાળીનો માલ સૌથી પહેલાં જુએ, શનિવાર સુધી ગયા વર્ષના ભાવ."),
        ),
        festival="Diwali", most=4_000, held_out=20, tilt=0.42, each="0.04", once="4200",
        manner=Manner(opened=0.41, clicked=0.15), links=(f"{SHOP}/diwali", f"{SHOP}/lights"),
        minus=("Bought in the last two days", 61),
    ),
    Plan(
        "Diwali, the last days", 4,
        _text(
            en="Diwali lights still in stock, delivery in Surat in 24 hours. Kapasi",
            ur="دیوالی کی روشنیاں ابھی موجود، سورت میں 24 گھنٹے میں ڈیلیوری۔ Kapasi",
            hi="दिवाली की लाइटें अभी हैं, सूरत में 24 घंटे में डिलीवरी। Kapasi",
            gu="દિવાળીની લાઇટ હજી છે, સુરતમાં 24 કલાકમાં ડિલિવરી. Kapasi",
        ),
        festival="Diwali", channel="sms", manner=SMS, most=1_000, links=(f"{SHOP}/diwali",),
    ),
    Plan(
        "Wedding season, first look", 10,
        _text(
            en="Wedding season, first look: gift sets and table. Tap to see.",
            ur="شادیوں کے موسم کی پہلی جھلک: گفٹ سیٹ اور دسترخوان۔ دیکھنے کے لیے دبائیں۔",
            hi="शादी के मौसम की पहली झलक: गिफ़्ट सेट और टेबल। देखने के लिए दबाएँ।",
            gu="લગ્નસરાની પહેલી ઝલક: ગિફ્ટ સેટ અને ટેબલ. જોવા માટે દબાવો.",
        ),
        channel="whatsapp", manner=WHATSAPP, most=4_000, held_out=15, links=(f"{SHOP}/wedding",),
    ),
    Plan(
        "Christmas boxes for your shelf", 3,
        _mail(
            en=("Christmas boxes for your shelf", "Order this week and the boxes are with you before December."),
            ur=("آپ کی شیلف کے لیے کرسمس کی پیٹیاں", "اس ہفتے آرڈر کریں، پیٹیاں دسمبر سے پہلے آپ کے پاس۔"),
            hi=("आपकी शेल्फ़ के लिए क्रिसमस की पेटियाँ", "इस हफ़्ते ऑर्डर करें, पेटियाँ दिसंबर से पहले आपके पास।"),
            gu=("તમારી શેલ્ફ માટે ક્રિસમસની પેટીઓ", "આ અઠવાડિયે ઓર્ડર કરો, પેટીઓ ડિસેમ્બર પહેલાં તમારી પાસે."),
        ),
        whom="best", most=1_600, each="0.04",
        variants={"A": ("Christmas boxes for your shelf", 0.1), "B": ("Before December, {{ contact.first_name }}", 0.105)},
        manner=Manner(opened=0.33, clicked=0.1), links=(f"{SHOP}/christmas",),
    ),
]  # fmt: skip
