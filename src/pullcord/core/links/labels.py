"""What invitations call a meeting's number and its passcode, by language.

Compared without case, accents and hyphens. The languages are those of the guide first, then others that the invitations
of Zoom, Teams and Webex are commonly sent in.
"""

import html
import re
import unicodedata
from typing import Final

MEETING: Final[dict[str, str]] = {
    "en": "meeting id, webinar id, personal meeting id, zoom id, zoom meeting id, zoom room id, pmi, meeting id number",
    "cy": "id y cyfarfod, id cyfarfod, rhif y cyfarfod, dynodydd y cyfarfod, id cyfarfod zoom, id gweminar",
    "fr": "id de reunion, id de la reunion, id reunion, identifiant de reunion, identifiant de la reunion, numero de reunion,"
    " id du webinaire, n° de reunion, no de reunion",
    "de": "meeting id, besprechungs id, besprechungskennung, webinar id, sitzungs id, meeting nummer, konferenz id, meeting kennnummer",
    "es": "id de reunion, id de la reunion, id. de reunion, identificador de la reunion, numero de reunion, id del seminario web",
    "pl": "identyfikator spotkania, id spotkania, numer spotkania, identyfikator webinaru",
    "uk": "ідентифікатор конференції, ідентифікатор зустрічі, ідентифікатор наради, id конференції, id зустрічі, номер зустрічі",
    "ar": "معرف الاجتماع, رقم الاجتماع, هوية الاجتماع, معرف اجتماع, معرف الندوة",
    "ur": "میٹنگ آئی ڈی, میٹنگ id, میٹنگ کی آئی ڈی, میٹنگ کا آئی ڈی, میٹنگ نمبر, اجلاس کی شناخت, ملاقات کی شناخت",
    "pt": "id da reuniao, id de reuniao, id reuniao, numero da reuniao, id do webinar",
    "it": "id riunione, id della riunione, numero riunione, id webinar",
    "nl": "meeting id, vergadering id, vergader id, id van vergadering, vergaderings id, vergadernummer",
    "ru": "идентификатор конференции, идентификатор собрания, id конференции, id собрания, номер конференции, идентификатор встречи",
    "tr": "toplanti kimligi, toplanti id",
    "sv": "motes id, mötes id, mote id", "da": "mode id, møde id", "nb": "mote id, møte id",
    "fi": "kokouksen tunnus, kokoustunnus", "cs": "id schuzky, id meetingu", "sk": "id schodze, id meetingu, id stretnutia",
    "hu": "ertekezlet azonosito, ertekezletazonosito", "ro": "id intalnire, id sedinta, id ul intalnirii",
    "el": "αναγνωριστικο συσκεψης, αναγνωριστικο συναντησης", "he": "מזהה פגישה, מזהה הפגישה", "fa": "شناسه جلسه",
    "hi": "मीटिंग आईडी, मीटिंग id", "id": "id rapat", "vi": "id cuoc hop, id cuộc họp", "th": "รหัสการประชุม, id การประชุม",
    "zh": "会议号, 会议 id, 會議 id, 会议id, 會議id, 會議號碼, 会议号码, 会议 id 号, 会议编号, 網路研討會 id",
    "ja": "ミーティング id, ミーティングid, 会議 id, 会議id, ウェビナー id, ウェビナーid", "ko": "회의 id, 회의id, 웨비나 id, 모임 id",
}  # fmt: skip
# Labels of which one platform's invitations alone are sure.
WEBEX: Final = (
    "meeting number, meeting number (access code), access code, numero de la reunion (code d'acces), numero de reunion (code d'acces),"
    " meeting kennnummer (zugriffscode), besprechungsnummer (zugriffscode), numero de reunion (codigo de acceso),"
    " numer spotkania (kod dostepu), webinar number, webinar number (access code), event number, номер собрания, номер наради"
)
TEAMS: Final = (
    "phone conference id, conference id, telefonkonferenz id, id de conference telephonique, id de conferencia telefonica,"
    " video conference id, id konferencji telefonicznej, id. de conferencia telefonica"
)
CODE: Final[dict[str, str]] = {
    "en": "passcode, password, pass code, meeting password, meeting passcode, access code, pin, pw, pwd, host key, numeric password,"
    " meeting code, security code, code",
    "cy": "cod mynediad, cod pas, cyfrinair, cod, rhif pin",
    "fr": "code secret, mot de passe, code d'acces, code", "de": "kenncode, kennung, passwort, kennwort, passcode, zugangscode, zugriffscode, code",
    "es": "codigo de acceso, contraseña, clave, codigo, clave de acceso", "pl": "kod dostepu, haslo, kod, kod spotkania",
    "uk": "код доступу, пароль, секретний код, код", "ar": "رمز المرور, كلمة المرور, رمز الدخول, كلمة السر, رمز",
    "ur": "پاس کوڈ, پاس ورڈ, خفیہ کوڈ, پاسکوڈ, کوڈ", "pt": "senha de acesso, senha, codigo de acesso, palavra passe, codigo",
    "it": "passcode, codice di accesso, codice d'accesso, codice, password", "nl": "toegangscode, wachtwoord, wachtwoordcode",
    "ru": "код доступа, пароль, код", "tr": "parola, gecis kodu, sifre, şifre", "sv": "losenord, losenkod, kod", "da": "adgangskode, kode",
    "nb": "passord, passkode", "fi": "tunnuskoodi, salasana, tunnusluku", "cs": "heslo, pristupovy kod, kod", "sk": "heslo, pristupovy kod",
    "hu": "jelszo, azonosito kod", "ro": "parola, cod de acces, cod", "el": "κωδικος προσβασης, κωδικος", "he": "קוד גישה, סיסמה, קוד סודי",
    "fa": "رمز عبور, گذرواژه", "hi": "पासकोड, पासवर्ड", "id": "kode sandi, kata sandi", "vi": "mat ma, mật mã, mat khau, mật khẩu",
    "th": "รหัสผ่าน", "zh": "密码, 密碼, 会议密码, 會議密碼, 口令, 入会密码", "ja": "パスコード, パスワード", "ko": "암호, 비밀번호, 패스코드",
}  # fmt: skip
LONGEST: Final = 64

# Letters that are no letter with an accent, and are typed as one without.
_WHOLE_LETTERS: Final = str.maketrans("łøđı", "lodi")
_TAGS: Final = re.compile(r"<[^<>]*>?")
_BETWEEN: Final = re.compile(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069\u2010-\u2015-]+")


def plain(label: str) -> str:
    """A label as it is compared: small letters, no accents, single spaces."""
    if "&" in label:
        label = html.unescape(label)
    if "<" in label:
        label = _TAGS.sub(" ", label)
    spread = unicodedata.normalize("NFKD", label.casefold().translate(_WHOLE_LETTERS))
    return _BETWEEN.sub(" ", "".join(sign for sign in spread if not unicodedata.combining(sign))).strip(" *_\"'|")


def _backwards(*lists: str) -> re.Pattern[str]:
    """A pattern that finds any of these at the end of a text which is given from its end."""
    names = sorted({plain(name) for names in lists for name in names.split(",")}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(re.escape(name[::-1]) for name in names)})(?![a-zа-яґєії])")


_MEETING: Final = _backwards(*MEETING.values())
_WEBEX: Final = _backwards(WEBEX)
_TEAMS: Final = _backwards(TEAMS)
_CODE: Final = _backwards(*CODE.values())


def names_meeting(before: str) -> str | None:
    """Whose number the words before it announce: "webex", "teams", "" = any platform's; None = no meeting's."""
    words = plain(before)[::-1]
    if _TEAMS.match(words):
        return "teams"
    if _WEBEX.match(words):
        return "webex"
    return "" if _MEETING.match(words) else None


def names_code(before: str) -> bool:
    return _CODE.match(plain(before)[::-1]) is not None
