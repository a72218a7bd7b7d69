"""The record of `measure_quality` as Markdown tables, for the card and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training.quality.main_figures import main_figures
from training.quality.systems import ALT_PROFANITY_CHECK, MODEL
from training.report import table

Record = Mapping[str, Any]
NOT_MEASURED = "Not measured: the sets were not at hand."
EMPTY = "–"  # noqa: RUF001 (an empty cell)


def quality_tables(record: Record, beside: Record | None = None) -> dict[str, str]:
    """Return Markdown by heading.

    Parameters
    ----------
    record : mapping
        From `training.quality.measure_quality`.
    beside : mapping, optional
        The same of a second bundle, whose main figures stand in a column of their own.
    """
    ranked = record["ranking"]
    return {
        "Main figures": _main(record, beside),
        "abusive: ROC AUC on sets that never train": _ranking(record, ranked["abusive"]),
        "abusive: ROC AUC on held-out rows": _ranking(record, ranked["abusive_held_out"]),
        "partisan: ROC AUC": _ranking(record, ranked["partisan"]),
        "Kinds of abuse: ROC AUC": _ranking(record, ranked["kinds"]),
        "False alarms at the threshold": _alarms(record),
        "HateCheck by function": _functions(record["hatecheck"]),
        "Explanations": _explanations(record["explanations"]),
        "Disguised words": _robustness(record["robustness"]),
        "Fairness: neutral sentences that name a group": _neutral(record["fairness"]),
        "Fairness: identity templates": _templates(record["fairness"]["identity_madlibs"]),
        "Viewpoint parity": _parity(record["parity"]),
        "Calibration at realistic prevalence": _calibration(record["calibration"]),
    }


def _main(record: Record, beside: Record | None) -> str:
    ours = main_figures(record)
    if beside is None:
        return table(("figure", "asked", "reached"), [(f.name, f.asked, f.text) for f in ours])
    theirs = {f.name: f.text for f in main_figures(beside)}
    rows = [(f.name, f.asked, f.text, theirs.get(f.name, EMPTY)) for f in ours]
    names = (record.get("title", MODEL), beside.get("title", "other model"))
    return table(("figure", "asked", *names), rows)


def _ranking(record: Record, entries: Sequence[Record]) -> str:
    if not entries:
        return NOT_MEASURED
    systems = [name for name in record["systems"] if any(name in e["auc"] for e in entries)]
    rows: list[tuple[object, ...]] = [
        (
            entry["set"] + (" (held out)" if entry["part"] == "held out" else ""),
            entry["label"],
            entry["at_threshold"]["rows"],
            entry["at_threshold"]["positives"],
            *(_cell(entry, name) for name in systems),
        )
        for entry in entries
    ]
    if entries is record["ranking"]["abusive"]:
        mean = record["ranking"]["abusive_mean"]
        rows.append(("**mean**", "", "", "", *(interval(mean.get(name)) for name in systems)))
    text = table(("rows from", "label", "rows", "positive", *systems), rows)
    if ALT_PROFANITY_CHECK in systems:
        text += f"\n\n{ALT_PROFANITY_CHECK} was trained on davidson2017 and on Wikipedia pages."
    return text


def _cell(entry: Record, name: str) -> str:
    if name not in entry["auc"]:
        return EMPTY
    text = interval(entry["auc"][name])
    rows = entry["rows_of"][name]
    return text if rows == entry["at_threshold"]["rows"] else f"{text} on {rows} rows"


def interval(entry: Mapping[str, float] | None) -> str:
    """Return a figure with its 95% interval."""
    if not entry:
        return EMPTY
    return f"{entry['value']:.3f} ({entry['low']:.3f} to {entry['high']:.3f})"


def percent(entry: Mapping[str, float] | None) -> str:
    """Return a share with its 95% interval, in percent."""
    if not entry:
        return EMPTY
    return f"{entry['value']:.1%} ({entry['low']:.1%} to {entry['high']:.1%})"


def _alarms(record: Record) -> str:
    systems = [
        name
        for name in record["systems"]
        if any(name in one["flagged"] for one in record["false_alarms"])
    ]
    rows = [
        (
            one["rows_from"],
            one["label"],
            one["rows"],
            *(percent(one["flagged"].get(n)) for n in systems),
        )
        for one in record["false_alarms"]
    ]
    return table(("rows from", "label", "rows", *systems), rows) if rows else NOT_MEASURED


def _functions(entries: Sequence[Record] | None) -> str:
    if not entries:
        return NOT_MEASURED
    first = entries[0]
    header = ["function", "hateful", "cases"]
    header += [f"flagged for {one['label']} at {one['threshold']:.3f}" for one in entries]
    rows: list[tuple[object, ...]] = []
    for number, case in enumerate(first["functions"]):
        shares = [f"{one['functions'][number]['flagged']:.0%}" for one in entries]
        hateful = "yes" if case["hateful"] else "no"
        rows.append((case["function"], hateful, case["cases"], *shares))
    for name, key, hateful in (
        ("plain hate", "plain_hate_found", "yes"),
        ("reclaimed, negated, quoted, counter-speech", "contrasts_flagged", "no"),
        ("all hateful cases", "all_hate_found", "yes"),
        ("all other cases", "all_others_flagged", "no"),
    ):
        rows.append((f"**{name}**", hateful, "", *(percent(one[key]) for one in entries)))
    return table(header, rows)


def _explanations(record: Record | None) -> str:
    if not record:
        return NOT_MEASURED
    every, unseen = record["all"], record["never_trained"]
    rows = [
        (name, interval(value), interval(unseen["f1"][name])) for name, value in every["f1"].items()
    ]
    header = (
        "marked by",
        f"character F1, {every['comments']} comments",
        f"of these, {unseen['comments']} whose labels never trained",
    )
    return f"Characters marked as toxic by people, {record['set']}.\n\n" + table(header, rows)


def _robustness(record: Record | None) -> str:
    if not record:
        return NOT_MEASURED
    text = (
        f"{record['positives']} held-out abusive comments, of which {percent(record['recall'])} "
        f"are flagged undisguised, and {record['negatives']} others, of which "
        f"{percent(record['false_alarms'])} are. Recall when only the words that the model points "
        "at are disguised, and when every word of four letters or more is.\n\n"
    )
    plain, alarms = record["recall"]["value"], record["false_alarms"]["value"]
    rows = [
        (
            one["attack"],
            _against(one["recall_telling_words"]["value"], plain),
            _against(one["recall_every_word"]["value"], plain),
            _against(one["false_alarms_every_word"]["value"], alarms),
        )
        for one in record["attacks"]
    ]
    header = ("attack", "recall, telling words", "recall, every word", "false alarms, every word")
    return text + table(header, rows)


def _against(value: float, plain: float) -> str:
    return f"{value:.1%} ({100 * (value - plain):+.1f})"


def _neutral(record: Record) -> str:
    found = record["neutral_sentences"]
    labels = list(found)
    groups = [one["group"] for one in found[labels[0]]["groups"]] if labels else []
    rows: list[tuple[object, ...]] = [
        (
            group,
            found[labels[0]]["groups"][number]["rows"],
            *(f"{found[n]['groups'][number]['false_positive_rate']['value']:.1%}" for n in labels),
        )
        for number, group in enumerate(groups)
    ]
    rows.append(("**all**", "", *(percent(found[name]["overall"]) for name in labels)))
    return table(("group", "sentences", *(f"flagged for {name}" for name in labels)), rows)


def _templates(record: Record | None) -> str:
    if not record:
        return NOT_MEASURED
    rows = [
        (
            one["group"],
            one["rows"],
            f"{one['false_positive_rate']['value']:.1%}",
            f"{100 * one['above_overall']:+.1f}",
            *(_number(one[key]) for key in ("subgroup_auc", "bpsn_auc", "bnsp_auc")),
        )
        for one in record["groups"]
    ]
    text = (
        f"False positives over all groups: {percent(record['overall'])} at the threshold "
        f"{record['threshold']:.3f} of abusive.\n\n"
    )
    header = ("group", "rows", "false positives", "points above all")
    return text + table((*header, "subgroup AUC", "BPSN AUC", "BNSP AUC"), rows)


def _number(value: float | None) -> str:
    return EMPTY if value is None else f"{value:.3f}"


def _parity(record: Record) -> str:
    rows: list[tuple[object, ...]] = []
    found = record["twins"]
    if found:
        difference = f"{found['left_minus_right']:+.3f} (plus or minus {found['margin']:.3f})"
        rows += [
            ("held-out twins: left minus right", f"{found['pairs']} pairs", difference),
            ("held-out twins: left flagged", "", percent(found["left_flagged"])),
            ("held-out twins: right flagged", "", percent(found["right_flagged"])),
        ]
    for kind, one in record["swaps"].items():
        size = f"{one['sentences']} sentences"
        rows += [
            (f"neutral, {kind} swapped: mean move", size, f"{one['mean_move']:.3f}"),
            (f"neutral, {kind} swapped: moved by 0.05 or more", "", f"{one['beyond_limit']:.0%}"),
            (f"neutral, {kind} swapped: widest move", "", f"{one['widest_move']:.3f}"),
            (f"neutral, {kind}: flagged", "", percent(one["flagged"])),
        ]
    for side, one in record["sides"].items():
        auc = interval(one["roc_auc"])
        rows.append((f"{side} jabs against neutral rows: ROC AUC", f"{one['positives']} jabs", auc))
    return table(("figure of partisan", "on", "value"), rows)


def _calibration(record: Record) -> str:
    rows = [
        (label, f"{one['prevalence']:.0%}", f"{one['error']:.3f}", f"{one['brier_score']:.3f}")
        for label, one in record.items()
    ]
    return table(("label", "prevalence", "expected calibration error", "Brier score"), rows)
