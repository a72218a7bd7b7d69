"""Words that an Invision board writes around posts, by the languages it ships with.

Lines are compared stripped and case-folded. English and German are covered in full; French,
Spanish, Italian and Dutch as far as finding the posts needs.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(line.strip().casefold() for line in text.strip().split("|"))


POSTS_BEGIN = _words(
    "recommended posts|featured replies|empfohlene beiträge|empfohlene antworten|"
    "messages recommandés|publicaciones recomendadas|messaggi raccomandati|aanbevolen berichten"
)
POST_ENDS = _words(
    "link to comment|share on other sites|share this post|link to post|"
    "link zu diesem kommentar|link zu diesem beitrag|auf anderen seiten teilen|"
    "diesen beitrag teilen|lien vers le commentaire|lien à poster|partager sur d\u2019autres sites|"
    "partager sur d'autres sites|enlace al comentario|compartir en otros sitios|"
    "link al commento|condividi su altri siti|link naar reactie|delen op andere sites"
)
_FOOTER_STARTS = (
    "create an account or sign in to comment",
    "join the conversation",
    "please sign in to comment",
    "sign in to follow this",
    "reply to this topic",
    "go to topic list",
    "recently browsing",
    "this topic is now closed to further replies",
    "this topic is now archived",
    "configure browser push notifications",
    "erstelle ein benutzerkonto",
    "du musst ein benutzerkonto haben",
    "bitte melde dich an",
    "diskutiere mit",
    "auf dieses thema antworten",
    "zur themenübersicht",
    "wer ist online",
    "benutzer online",
    "kürzlich hier",
    "dieses thema ist",
    "créer un compte ou se connecter",
    "crear una cuenta o conéctate",
    "crea un account o accedi",
    "maak een account aan",
)
REACTIONS = _words(
    "like|thanks|haha|confused|sad|love|angry|wow|agree|disagree|upvote|downvote|love it|"
    "thumbs up|heart-broken|gefällt mir|danke|verwirrend|traurig|liebe|"
    "j'aime|merci|me gusta|gracias"
)
_HEAD_BUTTONS = _words(
    "share|report post|more sharing options...|view profile|author|popular post|topic starter|"
    "best answer|solution|(edited)|edited|share link|beitrag melden|teilen|autor|"
    "beliebter beitrag|beste antwort|lösung"
)
_TAIL_BUTTONS = _words(
    "quote|multiquote|+ quote|+quote|reply|edit|options|report|report post|share|share this topic|"
    "more options|mark as solution|copy link|zitieren|multizitat|antworten|bearbeiten|optionen|"
    "melden|beitrag melden|inhalt melden|teilen|als lösung markieren|citer|citar|cita|citeer"
)
_GROUPS = _words(
    "members|member|moderators|moderator|global moderators|administrators|administrator|admin|"
    "staff|guests|guest|banned|validating|+members|donators|supporters|subscribers|"
    "mitglieder|mitglied|moderatoren|administratoren|gäste|gast|membres|membre|miembros|miembro|"
    "utenti|membri|leden"
)
_RANKS = re.compile(
    r"(?:.{1,20}\s)?(?:members?|newbie|rookie|apprentice|explorer|contributor|enthusiast|"
    r"collaborator|community regular|community expert|rising star|proficient|experienced|mentor|"
    r"veteran|grand master|mitglied)"
)
_COUNT = re.compile(
    r"[\d.,]+\s?[km]?(?:\s(?:posts?|comments?|replies|topics|reputation|solutions?|"
    r"beiträge|beitrag|kommentare|antworten|messages|mensajes|messaggi|berichten))?"
)
_FIELD = re.compile(
    r"(?:gender|location|interests|joined|birthday|country|posts|reputation|title|group|age|"
    r"geschlecht|ort|wohnort|beiträge|registriert|interessen|lieu|sexe|ubicación|luogo)\s?:.{0,120}"
)
_FILE = re.compile(
    r"[\w()\[\]{}&+,'@~%#=. -]{1,120}\.(?:png|jpe?g|gif|webp|avif|bmp|svg|heic|tiff?|mp4|mov|webm|"
    r"mp3|pdf|zip|docx?|xlsx?)(?:\s.{0,3}[\d.,]+\s?[kmg]?b\b.{0,40})?"
)
_FETCHED = re.compile(r"[\d.,]+\s?[kmg]?b(?:\s?.\s?\d+ (?:downloads?|views?))?")
_PAGES = re.compile(
    r"(?:page|seite|página|pagina)\s\d+\s(?:of|von|sur|de|di|van)\s\d+(?:\s.{0,20})?|#\d+|"
    r"comment_\d+|sort by .{1,20}|by (?:votes|date)|\d+(?:\s+\d+)*(?:\s+next)?"
)
_LIKED = re.compile(
    r"(?:like|thanks|haha|confused|sad|upvote|gefällt mir|danke)\s*[\(x]?\s?\d+\)?|"
    r".{1,120}\s(?:reacted to this|like this|likes this|gefällt das|hat darauf reagiert)\.?"
)
_EDITED = re.compile(
    r"(?:\(?edited|bearbeitet|modifié|editado|modificato|bewerkt)\s.{0,80}(?:\sby\s|\svon\s|\spar\s|"
    r"\spor\s|\sda\s|\sdoor\s|\d).{0,80}"
)
_IGNORED = re.compile(
    r"you've chosen to ignore content by .{1,80}|"
    r"this post (?:has been|was) (?:hidden|deleted).{0,80}|"
    r"dieser beitrag wurde .{0,80}|inhalte? von .{1,80} (?:wird|werden) ignoriert.{0,40}"
)
_SUMMARY = _words(
    "replies|created|last reply|top posters in this topic|popular days|popular posts|"
    "posted images|antworten|erstellt|letzte antwort|top benutzer in diesem thema|"
    "beliebte beiträge|beste beiträge in diesem thema"
)
_WHEN = re.compile(
    r"\d|\b(?:ago|just now|yesterday|today|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|gestern|heute|gerade|hier|aujourd|ayer|hoy|ieri|oggi|gisteren|vandaag)\b"
)
_POSTED = re.compile(
    r"(?:posted|geschrieben|veröffentlicht|posté\(?e?\)?|publicado|inviat[oa]|geplaatst)\s+"
    r"(?:on\s|am\s|le\s)?(?P<when>.{2,60}?)(?:\s\(edited\))?",
    re.IGNORECASE,
)
# Version 5 prints the date and its age without a space: "October 10, 20241 yr".
_DATE_AND_AGE = re.compile(
    r"(?:posted\s)?(?P<when>[A-Za-zäé]{3,10}\.?\s\d{1,2}(?:,\s\d{4})?)"
    r"\s?\d{1,3}\s?(?:yr|mo|wk|d|hr|h|min|m|j)s?\.?",
    re.IGNORECASE,
)
_QUOTE_HEAD = re.compile(
    r"(?:(?:on\s.{4,60}|.{1,40}\sago|just now|yesterday.{0,30}|today.{0,30}),\s.{1,80}\ssaid:|"
    r"(?:am\s.{4,60}|vor\s.{2,30}|gerade eben|gestern.{0,30}|heute.{0,30})\sschrieb\s.{1,80}:|"
    r"(?:le\s.{4,60}|il y a .{2,30}),\s.{1,80}\sa (?:dit|écrit)\s?:|"
    r"(?:el\s.{4,60}|hace .{2,30}),\s.{1,80}\sdijo:)"
)
_UNDATED_QUOTE_HEAD = re.compile(r"[^.!?:]{1,60}\s(?:said|wrote|schrieb):")
QUOTE_ENDS = _words("expand|ausklappen|aufklappen|mehr anzeigen|développer|expandir|espandi")


def is_footer(line: str) -> bool:
    """Tell whether everything from this line on comes after the last post."""
    return line.casefold().startswith(_FOOTER_STARTS)


def is_group(line: str) -> bool:
    """Tell whether the line of an author panel names a group of users."""
    return line.casefold() in _GROUPS


def is_panel(line: str) -> bool:
    """Tell whether a line belongs to an author panel, the name excepted."""
    folded = line.casefold()
    return (
        folded in _GROUPS
        or folded in _HEAD_BUTTONS
        or any(form.fullmatch(folded) for form in (_COUNT, _FIELD, _RANKS, _PAGES, _FILE, _IGNORED))
    )


def is_head(line: str) -> bool:
    """Tell whether a line between the date and the words is the board's."""
    folded = line.casefold()
    return folded in _HEAD_BUTTONS or any(form.fullmatch(folded) for form in (_PAGES, _EDITED))


def is_tail(line: str) -> bool:
    """Tell whether a line below the words is the board's."""
    folded = line.casefold()
    return (
        folded in _TAIL_BUTTONS
        or folded in REACTIONS
        or any(form.fullmatch(folded) for form in (_LIKED, _EDITED))
    )


def is_attachment(line: str) -> bool:
    """Tell whether a line is only the name or the size of a file."""
    folded = line.casefold()
    return any(form.fullmatch(folded) for form in (_FILE, _FETCHED, _IGNORED))


def is_summary(line: str) -> bool:
    """Tell whether a line heads the summary that follows the first post of a topic."""
    return line.casefold() in _SUMMARY


def posted_at(line: str) -> str | None:
    """Return the date in a line such as "Posted October 10, 2024", None for other lines."""
    match = _DATE_AND_AGE.fullmatch(line)
    if match is None:
        match = _POSTED.fullmatch(line)
        if match is None or not _WHEN.search(match["when"].casefold()):
            return None
    return match["when"].strip(" ,")


def is_quote_head(line: str) -> bool:
    """Tell whether a line names date and author of a quote below it, as the board writes it."""
    return _QUOTE_HEAD.fullmatch(line.casefold()) is not None


def may_be_quote_head(line: str) -> bool:
    """Tell whether a line names an author only: it may as well be prose ("My mother said:")."""
    return _UNDATED_QUOTE_HEAD.fullmatch(line.casefold()) is not None
