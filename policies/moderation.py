"""Removing content and banning people by the city's own policy: which reasons it has, and what it asks before a ban.

    removal(city, "W12", explanation)    -> Ruling: allowed only for a reason on the city's list; with warnings
    ban(city, earlier_removals)          -> Ruling: whether the policy lets staff ban now, and what the log must link

Pure. The program logs facts and warns; it never hides anything by itself.
"""

from collections.abc import Sequence

from custody.ruling import Ruling
from policies.cities import City, Ground


def ground(city: City, reason: str) -> Ground | None:
    """The ground on the city's list that a reason names: by its code, its words, or another name for it."""
    asked = reason.strip().casefold()
    for each in city.grounds:
        if asked and asked in (each.code.casefold(), each.words.casefold(), *(name.casefold() for name in each.also)):
            return each
    return None


def removal(city: City, reason: str, explanation: str = "") -> Ruling:
    """Whether content may be removed for this reason under the city's policy, and what must be written down."""
    found = ground(city, reason)
    if found is None:
        known = "; ".join(f"{each.code} {each.words}" for each in city.grounds)
        return Ruling(
            label="not in the city's list",
            allowed=False,
            why=f"{reason!r} is no ground for removal in the policy of {city.title}",
            citation=_policy(city),
            needs=(f"Choose a ground of the policy: {known}.",) if known else ("The policy lists no grounds.",),
        )
    warnings = (f"{found.code} is {found.warning}.",) if found.warning else ()
    lacks = bool(found.warning) and not explanation.strip()
    return Ruling(
        label=found.code,
        allowed=not lacks,
        why=f"{found.code}: {found.words}" + ("; an explanation is required and missing" if lacks else ""),
        citation=_policy(city),
        warnings=warnings,
        needs=("Explain in your own words why this content is removed.",) if lacks else (),
    )


def ban(city: City, earlier_removals: Sequence[str] = ()) -> Ruling:
    """Whether a person may be banned now. `earlier_removals` names the logged removals relied on."""
    if city.bans == "subsequent_violation" and not earlier_removals:
        return Ruling(
            label="not on a first violation",
            allowed=False,
            why=f"the policy of {city.title} allows a ban only on a subsequent violation",
            citation=_policy(city),
            needs=("Remove the content and log it; link that removal if there is another violation.",),
        )
    if city.bans == "subsequent_violation":
        why = f"a subsequent violation, after {', '.join(earlier_removals)}"
        return Ruling(label="ban allowed", allowed=True, why=why, citation=_policy(city), warnings=(_PAGE_WIDE,))
    if city.bans == "any_violation":
        why = f"the posted policy of {city.title} says that violations result in blocking"
        return Ruling(label="ban allowed", allowed=True, why=why, citation=_policy(city), warnings=(_PAGE_WIDE,))
    why = f"the profile of {city.title} does not say when the policy allows a ban"
    return Ruling(
        label="policy not entered", allowed=False, why=why, citation=_policy(city), needs=("Enter bans in city.toml.",)
    )


_PAGE_WIDE = "Blocking is page-wide: it reaches every post the person might comment on (Lindke v. Freed). Ask counsel."


def _policy(city: City) -> str:
    adopted = f", adopted {city.policy_adopted}" if city.policy_adopted else ""
    return f"social media policy of {city.title}{adopted}"
