"""The command `completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes `wechatlog` in a shell.

    \b
    bash:  eval "$(wechatlog completion bash)"  # ~/.bashrc
    zsh:   eval "$(wechatlog completion zsh)"    # ~/.zshrc
    fish:  wechatlog completion fish > ~/.config/fish/completions/wechatlog.fish
    """  # noqa: D301
    root = click.get_current_context().find_root().command
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(root, {}, "wechatlog", "_WECHATLOG_COMPLETE").source())
