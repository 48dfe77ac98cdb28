"""The words of bulletin and article: templates that the Office may edit, filled in Jinja's sandbox."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from rules.refusal import Refusal
from services.desk import Work

SHIPPED = Path(__file__).parent.parent / "data" / "bulletin"


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
        return environment.from_string(template.read_text("utf-8")).render(values)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_of(error)
        raise Refusal(
            f"通报模板 {template.name} 第 {line} 行写错了：{error}。请改正后再试，或换回原来的模板。"
        ) from error


def _line_of(error: BaseException) -> int:
    """The line of the template in which it broke: Jinja puts it into the traceback."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
