"""The command line: `vinfra VERB`. Heavy imports are inside each verb, so that --help answers at once.

Exit codes: 0 fine, 1 an `expect` failed or the run failed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

from vinfra import __version__
from vinfra.errors import InputError, Unfinished

RARELY = (100_000, 20, 20)  # objects made between two searches for cycles, and how often older ones join in

EXAMPLES = """examples:
  vinfra new my-question                                   write my-question.yaml, ready to run
  vinfra run my-question.yaml                              simulate, print the comparison, write the report
  vinfra run FILE --set hosts.h1.count=4 --variant nested  change one value, run one variant
  vinfra check FILE --resolved                             every value and the line it came from
  vinfra list servers                                      what a scenario can name
  vinfra plan estate.xlsx                                  an inventory in, a plan with power and licences out
  vinfra evidence                                          published measurements beside predictions

exit codes: 0 fine, 1 a claim in `expect` does not hold or the run failed, 2 bad input, 130 interrupted"""

RUN_EXAMPLES = """examples:
  vinfra run scenarios/fleet/planetlab-day.yaml
  vinfra run scenarios/fleet/planetlab-day.yaml --set workload.path=traces/20110303
  vinfra run FILE --json | python -m json.tool
  vinfra run FILE --variant npa --variant dvfs --out answer --fresh
  vinfra run FILE --on ray                              on all CPUs; docs/cluster.md has clusters

A second run of the same question is instant; a run that was stopped continues."""

PLAN_EXAMPLES = """examples:
  vinfra plan estate.xlsx                                  an RVTools export: what it needs, where, and what it costs
  vinfra plan estate.xlsx --utilisation vcenter.csv        with what the machines really did
  vinfra plan estate.xlsx --target proxmox-ve --target vmware-vvf
  vinfra plan estate.xlsx --set hosts.spare=2 --set costs.electricity=0.31
  vinfra plan estate.xlsx --assume our-prices.yaml --out plan --json
  vinfra plan estate.xlsx --anonymise without-names.json
  vinfra plan --example estate.xlsx                        an invented estate to try it on
  vinfra plan --assumptions                                everything that is assumed, as a file to change

It writes a page (plan.html), a workbook (plan.xlsx) and a scenario (plan.yaml) that `vinfra run` accepts, so that the
plan can be argued with. docs/planning.md says how it is made."""

EVIDENCE_EXAMPLES = """examples:
  vinfra evidence                                     every row to validate, and a page of all rows
  vinfra evidence XEN03                               every number of one source
  vinfra evidence AA06.13 --json | python -m json.tool"""

LIST_EXAMPLES = """examples:
  vinfra list                                         the kinds there are
  vinfra list processors --with nested-paging
  vinfra list products --with consolidated-backup     and which editions carry it"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    plain = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        "vinfra",
        description="What-if simulator for virtual infrastructure: one YAML file is one question.",
        epilog=EXAMPLES,
        formatter_class=plain,
    )
    top.add_argument("--version", action="version", version=f"vinfra {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    run = verbs.add_parser("run", help="simulate a scenario", epilog=RUN_EXAMPLES, formatter_class=plain)
    run.add_argument("file", help="the scenario")
    run.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change one value of the file")
    run.add_argument("--variant", action="append", metavar="NAME", help="only this variant (repeat for more)")
    run.add_argument(
        "--on", default="local", metavar="RUNNER", help="where points are simulated: local (this process) or ray"
    )
    run.add_argument(
        "--address", metavar="A", help="with --on ray: a cluster, or auto; RAY_ADDRESS, else a private one"
    )
    run.add_argument("--actors", type=int, metavar="N", help="with --on ray: processes; one for each CPU when unsaid")
    run.add_argument("--fresh", action="store_true", help="forget what an earlier run of the same question found")
    run.add_argument("--out", metavar="DIR", help="write here instead of results/<scenario>/<identity>/")
    run.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    run.add_argument("--quiet", action="store_true", help="print errors only")

    check = verbs.add_parser("check", help="check scenarios without simulating")
    check.add_argument("file", nargs="+", help="scenarios")
    check.add_argument("--resolved", action="store_true", help="print every value with the file and line it came from")

    new = verbs.add_parser("new", help="write a scenario to start from")
    new.add_argument("name", help="its name, in kebab-case")

    report = verbs.add_parser("report", help="write a run's report again")
    report.add_argument("run", help="a run folder, or the scenario's name for its newest run")

    _add_plan(verbs, plain)

    evidence = verbs.add_parser(
        "evidence",
        help="published measurements beside what the models predict",
        epilog=EVIDENCE_EXAMPLES,
        formatter_class=plain,
    )
    evidence.add_argument("id", nargs="?", metavar="ID", help="a row (AA06.13) or a source (XEN03); all when unsaid")
    evidence.add_argument("--out", metavar="DIR", help="write the page here instead of results/evidence/")
    evidence.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    listing = verbs.add_parser("list", help="what a scenario can name", epilog=LIST_EXAMPLES, formatter_class=plain)
    listing.add_argument("kind", nargs="?", help="servers, processors, products, techniques, workloads, metrics, ...")
    listing.add_argument(
        "--with", dest="feature", metavar="FEATURE", help="only those that have it, e.g. nested-paging"
    )
    listing.add_argument("--json", action="store_true", help="print as JSON")

    verbs.add_parser("schema", help="print the JSON Schema of the scenario language")
    return top


def _add_plan(verbs: Any, plain: type[argparse.HelpFormatter]) -> None:
    """The verb `plan`."""
    plan = verbs.add_parser(
        "plan", help="an inventory in, a plan with power and licences out", epilog=PLAN_EXAMPLES, formatter_class=plain
    )
    plan.add_argument("inventory", nargs="?", help="an RVTools export, a csv of servers, a Proxmox or libvirt listing")
    plan.add_argument(
        "--utilisation", metavar="PATH", help="what the machines did: a csv export, or a folder of traces"
    )
    plan.add_argument("--target", action="append", default=[], metavar="NAME", help="plan for this target (repeat)")
    plan.add_argument("--assume", metavar="FILE", help="assumptions of your own, as YAML")
    plan.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change one assumption")
    plan.add_argument("--form", metavar="NAME", help="what the inventory is, where that is not found by itself")
    plan.add_argument("--out", metavar="DIR", help="write here instead of results/plan/<inventory>-<digest>/")
    plan.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    plan.add_argument("--quiet", action="store_true", help="print errors only")
    plan.add_argument("--anonymise", metavar="FILE", help="write the inventory without names, and plan nothing")
    plan.add_argument("--example", metavar="FILE", help="write an invented estate of 200 machines, and plan nothing")
    plan.add_argument("--machines", type=int, metavar="N", help="with --example: how many machines")
    plan.add_argument("--assumptions", action="store_true", help="print all assumptions as YAML, and plan nothing")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    # What is imported and simulated stays until the end, and looking through it for cycles took a third of a command.
    gc.set_threshold(*RARELY)
    given = parser().parse_args(arguments)
    from vinfra import verbs

    try:
        code: int = getattr(verbs, given.verb)(given)
        sys.stdout.flush()
        return code
    except InputError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except Unfinished as why:
        print(f"{why}; the same command continues", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        again = "begins again" if given.verb == "plan" else "continues"
        print(f"interrupted; the same command {again}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone (`vinfra list servers | head`); leave without a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
