"""What a letter says about one council: our dated finding, its gaps, and what can be asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from app.records.rating import Standing
from app.records.record import Finding, Record
from app.web.wording import day, listed, possessive, the

DUTY = (
    "Since 29 June 2026 the law has said that councils in England must publish how they help kinship "
    "families (section 22H, Children Act 1989)."
)
FOUND = {
    Standing.OFFER: "It found a kinship local offer.",
    Standing.POLICY: "It found a family and friends care policy.",
    Standing.MANUAL: "It found a policy in the manual for social workers, not one written for families.",
    Standing.COPY: "It found a copy of a policy, but not on the council’s own website.",
    Standing.INFORMATION: "It found some information, but not a policy yet. There may be one.",
    Standing.NONE_FOUND: "It could not find a kinship care policy. There may still be one.",
}
# Topics that criteria.csv leaves empty, in words that fit after "anything on".
TOPICS = {"involved": "how families helped to write it", "current": "recent updates"}


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for: what the visitor picks, and the sentence that it puts in the letter."""

    key: str
    label: str
    sentence: str


def finding(record: Record, raised: Collection[Finding], site_name: str, link: str, today: date) -> str:
    """Our finding in a few sentences, with its date, the gaps raised, and the link that proves it."""
    council, standing = the(record.council.official_name), record.rating.standing
    if standing is Standing.NOT_CHECKED:
        return (
            f"On {day(today)} the website {site_name} had not checked {council} yet. "
            f"There may be a policy. See {link}"
        )
    copies = all(each.seen_as == "archived copy" for each in record.documents) and bool(record.documents)
    when = f"On {day(record.checked_on)} " if record.checked_on else ""
    sentences = [
        f"{when}the website {site_name} looked for what {council} has published"
        f"{', in saved copies of web pages' if copies else ''}.",
        FOUND[standing],
    ]
    if record.unsure:
        sentences.append("It is not sure that it read the right page.")
    if record.before_its_time:
        sentences.append("The policy is older than the council.")
    if standing is not Standing.NONE_FOUND:
        sentences += _gap_sentences(raised)
    text = " ".join([*sentences, f"See {link}"])
    return text[0].upper() + text[1:]


def _gap_sentences(raised: Iterable[Finding]) -> list[str]:
    """ "no" and "not seen" apart: what was read and does not say it, and what could not be found."""
    raised = list(raised)
    missing = [topic(each) for each in raised if each.answer == "no" and each.criterion.key != "current"]
    unseen = [topic(each) for each in raised if each.answer is None]
    sentences = [f"What it read does not cover {listed(missing)}."] if missing else []
    if any(each.answer == "no" and each.criterion.key == "current" for each in raised):
        sentences.append("What it read is more than five years old.")
    if unseen:
        sentences.append(f"It has not seen anything on {listed(unseen)}.")
    return sentences


def topic(each: Finding) -> str:
    """What a question is about, in words that fit after "anything on"."""
    return each.criterion.topic or TOPICS[each.criterion.key]


def questions(raised: Collection[Finding]) -> str:
    """The questions to the council, a line each; "" for none."""
    return (
        "\n".join(["I would like to know:", *(f"- {each.criterion.ask}" for each in raised)])
        if raised
        else ""
    )


def requests_to_councillor(record: Record, raised: Collection[Finding]) -> list[Request]:
    """What the council can be asked to do; without a policy, first to publish one or say where it is.

    What we have not seen may be there, so only a "no" is called a gap to fill.
    """
    standing, answers = record.rating.standing, record.rating.answers
    if not standing.published:
        first = [
            Request(
                "publish",
                "Publish the policy, or say where it is",
                "Please publish your kinship local offer. If you have done so, please tell me where it is.",
            )
        ]
    else:
        label = "Fill the gaps in the policy" if "no" in answers.values() else "Say where this is, or add it"
        words = "Please say where your policy covers what the website has not seen, or add it."
        if any(each.answer == "no" for each in raised):
            words = "Please fill the gaps in your policy, and say by when."
        first = [Request("gaps", label, words)]
    if standing is Standing.MANUAL:
        words = "Please publish a policy that is written for families."
        first.insert(0, Request("families", "Publish a policy written for families", words))
    if standing is Standing.COPY:
        words = "Please put your policy on your own website, where families can find it."
        first.insert(0, Request("own-site", "Put the policy on the council’s own website", words))
    consult = Request(
        "consult",
        "Ask kinship families before they change it"
        if standing.published
        else "Ask kinship families what to put in it",
        "Please ask kinship families like mine what the policy should say.",
    )
    manager = Request(
        "manager", "Name the manager in charge", "Please name the senior manager in charge of kinship care."
    )
    return [*first, consult] + ([manager] if answers["accountable"] != "yes" else [])


def requests_to_mp(record: Record, raised: Collection[Finding]) -> list[Request]:
    """What an MP can be asked to do about this council."""
    council = the(record.council.official_name)
    if not record.rating.standing.published:
        label = "Ask the council to publish its policy"
        words = f"Please ask {council} to publish its kinship local offer, or to say where it is."
    elif any(each.answer == "no" for each in raised):
        label, words = (
            "Ask the council to fill the gaps",
            f"Please ask {council} to fill the gaps in its policy.",
        )
    else:
        label = "Ask the council to say more"
        where = "where its policy covers what the website has not seen"
        words = f"Please ask {council} to say {where}, or to add it."
    return [
        Request("council", label, words),
        Request(
            "minister",
            "Ask the minister who checks that councils publish",
            "Please ask the minister who checks that every council publishes its kinship local offer.",
        ),
        Request(
            "meet",
            "Meet kinship families here",
            "Please meet kinship families in your constituency and hear what would help.",
        ),
    ]


def needs(record: Record, raised: Collection[Finding]) -> str:
    """For an MP, where there is no policy to have gaps: what families need to be told."""
    if record.rating.standing.published or not raised:
        return ""
    whose = possessive(the(record.council.name))
    return f"Families need {whose} policy to tell them about {listed(map(topic, raised))}."
