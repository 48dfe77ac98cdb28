"""The words of bulletin and article: templates that the Office may edit, filled in Jinja's sandbox."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from rules.refusal import Refusal
from services.desk import Work

SHIPPED = Path(__file__).parent.parent / "data" / "bulletin"

MOST = 1_000_000
"""Characters: no paper is longer, and a slip in a loop does not fill the memory."""
FAULTS = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError, MemoryError,
)  # fmt: skip
"""What a wrong template can raise."""


def template_of(work: Work, name: str) -> Path:
    """The Office's own file of this name where it has one ([assessment] templates), else the one that ships."""
    folder = work.rulebook.assessment.templates
    own = Path(folder) / name
    return own if folder and own.is_file() else SHIPPED / name


def rendered(template: Path, values: Mapping[str, Any]) -> str:
    """The template's words with these values, escaped in .html; a Refusal that names file, line and fault."""
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, autoescape=template.suffix == ".html"
    )
    try:
        return _at_most(environment.from_string(template.read_text("utf-8")).generate(values))
    except FAULTS as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_of(error)
        raise Refusal(
            f"通报模板 {template.name} 第 {line} 行写错了：{error}。请改正后再试，或换回原来的模板。"
        ) from error


def _at_most(pieces: Iterable[str]) -> str:
    """The words, unless they never end."""
    words, long = [], 0
    for piece in pieces:
        words.append(piece)
        long += len(piece)
        if long > MOST:
            raise ValueError(f"写出的字超过 {MOST} 个")
    return "".join(words)


def _line_of(error: BaseException) -> int:
    """The line of the template in which it broke: Jinja puts it into the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
