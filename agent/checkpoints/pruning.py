"""Which checkpoints of a thread can go.

LangGraph writes the whole state at each step, so a thread that keeps everything grows with the
square of its length. Ids grow with time, which makes the newest the greatest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.checkpoints.codec import Address

ROOT_NS = ""


def oldest_kept(ids: Collection[str], keep: int) -> str:
    """The smallest of the `keep` greatest ids."""
    return sorted(ids, reverse=True)[:keep][-1]


def outdated(
    addresses: Collection[Address], keep: int, parents: Mapping[Address, str | None]
) -> set[Address]:
    """Those to remove: all but the newest `keep` of each namespace and the parents of these.

    The parent stays because a turn may start again from the last finished one: however many
    attempts branch off it, it is needed. A subgraph's namespace goes when the outermost graph
    has moved on: an interrupted subgraph is always newer than the checkpoint it belongs to.
    `parents` needs entries for the newest `keep` only.
    """
    by_ns: dict[str, set[str]] = {}
    for address in addresses:
        by_ns.setdefault(address.ns, set()).add(address.id)
    kept: set[Address] = set()
    for ns, ids in by_ns.items():
        newest = {Address(ns, i) for i in ids if i >= oldest_kept(ids, keep)}
        wanted = {parent for a in newest if (parent := parents.get(a))}
        kept |= newest | {Address(ns, i) for i in wanted & ids}
    return set(addresses) - kept | _left_behind(kept)


def _left_behind(kept: set[Address]) -> set[Address]:
    """Kept checkpoints of subgraphs that are older than every kept one of the outermost graph."""
    roots = [a.id for a in kept if a.ns == ROOT_NS]
    if not roots:
        return set()
    return {a for a in kept if a.ns != ROOT_NS and a.id < min(roots)}
