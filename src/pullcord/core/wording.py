"""Words that are never said to the people we serve, wherever the sentence comes from and in whatever language."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

# Spelled so that this file is not its own offence.
FORBIDDEN: Final = re.compile(
    r"child[- ]porn|kinderporn|\b[p]orn\w*"
    r"|zoom-?bomb|\bhack(?:er|ers|ed|ing)\b|\boffenders?\b|\bperpetrators?\b|\bpa?edophil\w*"
    r"|\bvictims?\b(?! (?:support|assist|services?|of crime|access|helpline))"
    r"|just a [p]rank|only a [p]rank|I know how [y]ou feel|\bclosure\b|\bcalm down\b|\boverreact\w*"
    r"|\byou should have\b|\byour (?:own )?fault\b|\bonly an? (?:image|picture|video|screen)\b",
    re.IGNORECASE,
)
"""People affected are not called by what was done to them; "Victim Support" and the like are names of bodies."""


class Never(NamedTuple):
    """What one language never says."""

    words: re.Pattern[str]
    bodies: re.Pattern[str]
    """Names of bodies and of kinds of help, in which such a word may stand."""


def _never(words: str, bodies: str) -> Never:
    return Never(re.compile(words, re.IGNORECASE), re.compile(bodies, re.IGNORECASE))


ABROAD: Final = r"\b[p]orn\w*|zoom-?bomb\w*|\bhac[k]\w*"
"""These have wandered into nearly every language that is written with Latin letters."""

NEVER: Final[Mapping[str, Never]] = {
    "cy": _never(
        ABROAD + r"|\b(?:p|ph|mh)ornograff\w*|\bpedoffil\w*|\bphedoffil\w*|\bhaci[wo]\w*"
        r"|\bdd?ioddefw[ry]\w*|\b[dt]h?roseddw\w*|\bdim ond (?:[jpt]\w+ coes|jôc|pranc|llun|fideo)\b"
        r"|\bgwn (?:i )?sut (?:rydych|ydych|wyt|mae)|gwybod sut (?:rydych|ydych|wyt) (?:chi|ti)|\bymdawel\w*",
        r"\bcymorth i ddioddefwyr\b|\bcefnogi dioddefwyr\b|\bgwasanaethau? dioddefwyr\b",
    ),
    "fr": _never(
        ABROAD + r"|\bp[ée]dopornograph\w*|\bp[ée]dophil\w*|\bpirat(?:e|es|age|é|ée|és)\b|\bvictimes?\b|\bagresseu\w*"
        r"|(?:juste|simple|qu[’']une?|seulement une?) (?:une? )?(?:simple )?(?:blague|farce|plaisanterie|image|photo|vidéo)\b"
        r"|je sais ce que vous ressentez|\bcalmez-vous|\bcalme-toi|tourner la page",
        r"\b(?:aide|assistance|soutien|écoute) (?:aux|des) victimes\b|\bfrance victimes\b",
    ),
    "de": _never(
        ABROAD + r"|kinder[p]orn\w*|\bgehackt\w*|\bpädophil\w*|\bkinderschänder\w*|\bopfern?s?\b(?!-)|\btäter\w*"
        r"|\b(?:nur|bloß|lediglich) ein(?:e|en)? (?:scherz|streich|spaß|bild|video|foto|aufnahme)\b"
        r"|ich weiß,? wie (?:sie sich|du dich|es ihnen)|\bberuhigen sie sich|\bberuhige dich|\bselbst schuld\b",
        r"\bopferhilfe\w*|\bopfer-\w+|\bhilfe für opfer\b|\bopfer-telefon\b",
    ),
    "es": _never(
        ABROAD + r"|\bpedofil\w*|\bpedófil\w*|\bpederast\w*|\bpiratas? inform\w*|\bv[íi]ctimas?\b|\bagresor\w*"
        r"|\b(?:s[oó]lo|solamente|simple) (?:es |era |fue )?(?:una? )?(?:broma|imagen|foto|v[íi]deo)\b"
        r"|\bsé cómo se siente|\bsé cómo te sientes|\bcálme(?:se|nse)\b|\bcálmate\b|pasar página",
        r"\b(?:atención|apoyo|ayuda|asistencia|servicios) (?:a|para) (?:las )?v[íi]ctimas\b",
    ),
    "pl": _never(
        ABROAD + r"|\bpedofil\w*|\bhaker\w*|\bofiar\w*|\bsprawc\w*"
        r"|\b(?:tylko|zwykły|zwykłe) (?:żart|kawał|obraz|obrazek|zdjęcie|film)\b"
        r"|wiem,? (?:jak się|co) (?:pan |pani )?czuje\w*|\buspokój się|\bproszę się uspokoić",
        r"\b(?:pomoc|pomocy|wsparcie|wsparcia) (?:dla )?(?:ofiar|ofiarom)\b(?: przestępstw\w*)?",
    ),
    "uk": _never(
        ABROAD + r"|\b\w*[п]орно\w*|\bпедофіл\w*|\bхакер\w*|\bзумбомб\w*|\bжертв\w*|\bзлочин(?:ець|ц)\w*|\bкривдник\w*"
        r"|\b(?:лише|просто|тільки) (?:жарт|картинка|зображення|фото|відео)\b"
        r"|я знаю,? що ви відчуваєте|я розумію,? що ви відчуваєте|\bзаспокойтеся|\bзаспокойся",
        r"\bдопомог[аи] (?:для )?жертвам?\b|\bпідтримк[аи] жертв\b",
    ),
    "ar": _never(
        ABROAD + r"|[إا]باحي\w*|هاكر\w*|قراصنة|قرصان|ضحي[ةه]|ضحايا|الجاني|الجناة|المعتدي\w*"
        r"|مجرد (?:مزحة|مقلب|صورة|فيديو|دعابة)|(?:أعرف|أعلم) (?:كيف|ما|بماذا|بما) (?:تشعر|تحس)\w*|اهد[أؤ]\w*\b",
        r"(?:دعم|مساعدة|إعانة) (?:ال)?ضحايا",
    ),
    "ur": _never(
        ABROAD + r"|پورن\w*|فحش\w*|ہیکر\w*|ہیکنگ|\bمظلوم\w*|\bشکار\b|\bمجرم(?:وں)?\b"
        r"|(?:صرف|محض|بس) (?:ایک )?(?:مذاق|تصویر|ویڈیو)\b|(?:میں جانتا|میں جانتی|مجھے معلوم) .{0,12}(?:آپ|تم) کیسا",
        r"\bمتاثرین کی مدد\b",
    ),
}
"""The same for each language of the guide but English. Nobody who grew up with them has read these lists yet."""


def offence(text: str, language: str) -> str:
    """The first thing in it that is never said; empty = there is none. Raises KeyError where a language has no list."""
    if language == "en":
        found = FORBIDDEN.search(text)
    else:
        found = NEVER[language].words.search(NEVER[language].bodies.sub(" ", text))
    return found.group() if found else ""
