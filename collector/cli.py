"""The `footfall` command: every subcommand, and the one place that turns a foreseeable error into a sentence and exit code 2."""

import errno
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collector import __version__, settings
from collector.clock import Clock
from collector.ops.refusal import Refusal

if TYPE_CHECKING:
    from collector.control.database import Control

# Commands import what they need when they run: `footfall site list` must not pay for the server's imports.


class Sentence(click.ClickException):
    """One sentence on stderr, exit code 2."""

    exit_code = 2


class Commands(click.Group):
    """A group whose commands fail with one sentence: whatever a person can cause never shows a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from collector.control.errors import ControlError
        from collector.store.errors import StoreError

        before = os.umask(0o077)  # whatever a command or the server makes is this user's alone
        try:
            return super().invoke(ctx)
        except (settings.SettingError, ControlError, StoreError, Refusal) as error:
            raise Sentence(str(error)) from None
        except OSError as error:
            if error.errno == errno.EPIPE:  # `footfall ... | head`: click ends quietly
                raise
            raise Sentence(f"{error.filename or 'The system'}: {error.strerror or error}.") from None
        finally:
            os.umask(before)


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data` and `--config`, and hand it the settings in force first. Options named as a setting override it."""

    @click.option("--data", "data_dir", metavar="FOLDER", help="Data folder (setting data_dir).")
    @click.option("--config", metavar="FILE", type=click.Path(path_type=Path), help="Settings file instead of ./footfall.toml.")
    @functools.wraps(command)
    def run(config: Path | None, **options: Any) -> Any:
        named = {name: options.pop(name) for name in list(options) if name in settings.BY_NAME}
        given = {name: value for name, value in named.items() if value is not None}
        return command(settings.load(overrides=given, config=config), **options)

    return run


@contextmanager
def _control(loaded: settings.Settings) -> Iterator["Control"]:
    from collector.control.database import Control
    from collector.ops.data_folder import refuse_unfit

    refuse_unfit(loaded.data_dir)
    control = Control(loaded.control_url)
    try:
        yield control
    finally:
        control.close()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="footfall")
def main() -> None:
    """Footfall counts what happens on a web site and never who did it."""


@main.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 for a free one.")
@click.option("--demo", is_flag=True, help="Add a demo site to click through, and one with a year of generated history.")
@with_settings
def serve(loaded: settings.Settings, demo: bool) -> None:
    """Collect, count and show, until stopped."""
    from collector.app import serve as run

    sys.exit(run(loaded, demo=demo))


@main.group()
def site() -> None:
    """Sites that are counted."""


@site.command("add")
@click.argument("domain")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Its days are this zone's, such as Europe/Helsinki.")
@click.option(
    "--hostname", "hostnames", multiple=True, metavar="H", help="One more hostname it is served on, or *.example.org; repeatable."
)
@with_settings
def add_site(loaded: settings.Settings, domain: str, timezone: str, hostnames: tuple[str, ...]) -> None:
    """Count a site, from now on."""
    with _control(loaded) as control:
        added = control.add_site(domain, timezone, hostnames)
        _publish(control, loaded)
    click.echo(f"Added {added.domain} ({added.timezone}). `footfall snippet {added.domain}` prints the tag for its pages.")


@site.command("list")
@with_settings
def list_sites(loaded: settings.Settings) -> None:
    """Show the sites: domain, time zone, since when, further hostnames."""
    with _control(loaded) as control:
        rows = control.sites()
    for row in rows:
        click.echo("\t".join((row.domain, row.timezone, _day(row.created), " ".join(row.hostnames))).rstrip())
    if not rows:
        click.echo("No sites yet. `footfall site add example.com` adds one.", err=True)


@site.command("remove")
@click.argument("domain")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def remove_site(loaded: settings.Settings, domain: str, yes: bool) -> None:
    """Stop counting a site, forget its keys and its counts."""
    with _control(loaded) as control:
        name = control.require_site(domain).domain
        if not yes:
            click.confirm(f"Stop counting {name}, forget its keys and all that was ever counted of it?", abort=True)
        removed = control.remove_site(name)
        _publish(control, loaded)
    click.echo(f"Removed {removed.domain}.")


@main.group()
def key() -> None:
    """Keys for the Stats API."""


@key.command("add")
@click.option("--site", "domain", required=True, metavar="DOMAIN", help="The one site it opens.")
@click.option("--name", default="", help="What it is for.")
@with_settings
def add_key(loaded: settings.Settings, domain: str, name: str) -> None:
    """Make a key. It is shown once, as the last word: only its hash is kept."""
    with _control(loaded) as control:
        token = control.add_key(domain, name)
    click.echo(f"Keep this key safe, it is not shown again: {token}")


@key.command("list")
@click.option("--site", "domain", default="", metavar="DOMAIN", help="Only this site's.")
@with_settings
def list_keys(loaded: settings.Settings, domain: str) -> None:
    """Show the keys: number, site, made on, last used on, name."""
    with _control(loaded) as control:
        for row in control.keys(domain):
            click.echo("\t".join((str(row.id), row.domain, _day(row.created), row.last_used or "never", row.name)).rstrip())


@key.command("remove")
@click.argument("number", type=int)
@with_settings
def remove_key(loaded: settings.Settings, number: int) -> None:
    """Make a key useless at once. NUMBER is the one `footfall key list` shows."""
    with _control(loaded) as control:
        removed = control.remove_key(number)
    click.echo(f"Removed key {removed.id} of {removed.domain}.")


@main.group()
def segment() -> None:
    """Saved segments: filters of two or more conditions under a name."""


@segment.command("add")
@click.argument("domain")
@click.argument("name")
@click.argument("filters")
@with_settings
def add_segment(loaded: settings.Settings, domain: str, name: str, filters: str) -> None:
    """Save a segment of a site.

    FILTERS are its conditions as JSON, as the Stats API writes them:
    '[["is","visit:country",["FI"]],["is","visit:device",["Mobile"]]]'.
    """
    with _control(loaded) as control:
        added = control.add_segment(domain, name, _conditions(filters))
    click.echo(f"Saved {added.name} of {added.domain}.")


@segment.command("list")
@click.option("--site", "domain", default="", metavar="DOMAIN", help="Only this site's.")
@with_settings
def list_segments(loaded: settings.Settings, domain: str) -> None:
    """Show the segments: site, saved on, name, conditions."""
    with _control(loaded) as control:
        for row in control.segments(domain):
            click.echo("\t".join((row.domain, _day(row.created), row.name, json.dumps(row.filters, ensure_ascii=False))))


@segment.command("remove")
@click.argument("domain")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def remove_segment(loaded: settings.Settings, domain: str, name: str, yes: bool) -> None:
    """Forget a segment. Its name is not given to another."""
    with _control(loaded) as control:
        found = control.require_segment(domain, name)
        if not yes:
            click.confirm(f"Forget the segment {found.name} of {found.domain}? Its figures can no longer be asked for.", abort=True)
        removed = control.remove_segment(domain, name)
    click.echo(f"Removed {removed.name} of {removed.domain}.")


@main.command("sign-in")
@click.option("--port", type=int, help="The server's port, if it was started with one of its own.")
@with_settings
def sign_in(loaded: settings.Settings) -> None:
    """Print a link that signs the administrator in, once, within half an hour."""
    from collector.ops.links import sign_in_link

    with _control(loaded) as control:
        token = control.new_sign_in(Clock().time())
    click.echo(sign_in_link(loaded, token))


@main.command("sign-out")
@with_settings
def sign_out(loaded: settings.Settings) -> None:
    """Sign out everywhere, at once: end every session and every link that was not used yet."""
    with _control(loaded) as control:
        control.end_all_sessions()
    click.echo("Nobody is signed in any more. `footfall sign-in` prints a new link.")


@main.command()
@click.argument("domain")
@click.option("--pinned", is_flag=True, help="Name this release's script with its integrity hash; a new release needs a new tag.")
@with_settings
def snippet(loaded: settings.Settings, domain: str, pinned: bool) -> None:
    """Print the HTML that counts a site's pages."""
    from collector.ops.links import collector_url
    from snippet.tag import sri, tag

    with _control(loaded) as control:
        found = control.require_site(domain)
    click.echo(tag(found.domain, collector_url(loaded), pinned))
    click.echo(f"The script of this release: {sri()}", err=True)
    if not loaded.base_url:
        click.echo("base_url is not set, so this tag works on this machine alone.", err=True)


@main.command("settings")
@click.option("--markdown", is_flag=True, help="Print docs/settings.md instead.")
@with_settings
def show_settings(loaded: settings.Settings, markdown: bool) -> None:
    """Show every setting: the value in force, where it comes from, what it is for."""
    from collector.ops import settings_page

    click.echo(settings_page.markdown() if markdown else settings_page.in_force(loaded), nl=False)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of text.")
@with_settings
def doctor(loaded: settings.Settings, as_json: bool) -> None:
    """Check this installation, and say what would break the promise. Exit code 1 if something does."""
    from collector.ops.doctor import as_text, examine, to_json, worst

    findings = examine(loaded)
    click.echo(to_json(findings) if as_json else as_text(findings), nl=False)
    sys.exit(1 if worst(findings) == "fail" else 0)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.option("--sql", is_flag=True, help="Print the statements, to be run by yourself, and look at nothing.")
@with_settings
def audit(loaded: settings.Settings, as_json: bool, sql: bool) -> None:
    """Hold the counts and every backup to what is promised of them. Exit code 1 if a promise is broken, 2 if that cannot be said."""
    from collector.app import audit as run
    from collector.ops.audit_text import EXIT_CODES, as_text, statements, to_json

    if sql:
        click.echo(statements(), nl=False)
        return
    made = run(loaded)
    when = datetime.fromtimestamp(made.made_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    click.echo(to_json(made) if as_json else as_text(made, when), nl=False)
    sys.exit(EXIT_CODES[made.verdict])


@main.command()
@with_settings
def backup(loaded: settings.Settings) -> None:
    """Back the counts up now, while the server runs or not."""
    from collector.app import backup as run

    click.echo(run(loaded))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_settings
def restore(loaded: settings.Settings, folder: Path) -> None:
    """Put the counts of a backup FOLDER back, with what the journal has since. The server must be stopped."""
    from collector.app import restore as run

    click.echo(run(loaded, folder))


def _conditions(text: str) -> list[Any]:
    """A segment's conditions, typed as JSON. Raises Refusal for what is none or cannot be a segment."""
    from collector.query import QuestionError, check_segment

    try:
        asked = json.loads(text)
        check_segment(asked)
    except QuestionError as error:
        raise Refusal(str(error)) from None
    except (ValueError, RecursionError):
        raise Refusal('FILTERS is not JSON. It is a list such as [["is","visit:country",["FI"]], …], in single quotes.') from None
    return list(asked)


def _publish(control: "Control", loaded: settings.Settings) -> None:
    from collector.control.picture import publish

    publish(control, loaded.sites_path)


def _day(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).date().isoformat()
