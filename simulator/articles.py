"""What was published, to be read back: a list at /published, and each article at its own address."""

from html import escape

from flask import Flask, Response

from simulator.state import Article, World

STYLE = (
    "body{max-width:677px;margin:0 auto;padding:16px;font-family:sans-serif;line-height:1.6}"
    "img{max-width:100%}small{color:#666}li{margin:8px 0}"
)
CHANNELS = {"freepublish": "发布", "mass": "群发", "preview": "预览"}
GONE = "该内容已被发布者删除"


def page(title: str, body: str, status: int = 200) -> Response:
    """One page of HTML."""
    html = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )
    return Response(html, status, content_type="text/html; charset=utf-8")


def one(world: World, word: str) -> Response:
    """An article as a reader opens it."""
    with world.lock:
        article = world.articles.get(word)
        if article is None or article.at > world.clock.now():
            return page("参数错误", "<p>参数错误</p>", 404)
        if article.deleted:
            return page(GONE, f"<p>{GONE}</p>")
        news, when = article.news, world.clock.spelled(article.at)
    title = escape(str(news["title"]))
    source = escape(str(news.get("content_source_url", "")), quote=True)
    more = f'<p><a href="{source}">阅读原文</a></p>' if source else ""
    byline = escape(f"{news.get('author', '')} {when}".strip())
    return page(title, f"<h1>{title}</h1><p><small>{byline}</small></p>{news['content']}{more}")


def listed(world: World) -> Response:
    """Everything that was published, the newest first."""
    with world.lock:
        found = sorted(world.articles.values(), key=lambda each: each.at, reverse=True)
        lines = "".join(line(world, article) for article in found)
    return page("已发布", f"<h1>已发布的文章</h1><ul>{lines or '<li>还没有</li>'}</ul>")


def line(world: World, article: Article) -> str:
    """An article in the list."""
    state = "（已删除）" if article.deleted else ""
    about = f"{CHANNELS[article.channel]} {world.clock.spelled(article.at)}{state}"
    return f'<li><a href="/s/{article.word}">{escape(str(article.news["title"]))}</a><br><small>{about}</small></li>'


def attach(app: Flask, world: World) -> None:
    """Give the app these pages."""
    app.add_url_rule("/s/<word>", "article", lambda word: one(world, word))
    app.add_url_rule("/published", "published", lambda: listed(world))
