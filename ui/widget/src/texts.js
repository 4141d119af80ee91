/** What the widget says, in English and Chinese; a page may say any of it in its own words. */

const ENGLISH = {
  title: "Ask the documents",
  open: "Ask the documents",
  close: "Close",
  greeting:
    "Ask about the documents. Each sentence of an answer names its source; a number opens the exact words.",
  suggestions: "For example",
  question: "Your question",
  placeholder: "Your question …",
  ask: "Ask",
  stop: "Stop",
  clear: "New conversation",
  privacy: "",
  log: "Questions and answers",
  searching: "Searching the documents",
  reading: "Reading the question",
  writing: "Writing the answer",
  complete: "The answer is complete.",
  cite: "Source {n}: {title}",
  page: "page {n}",
  document: "Open in the document",
  tab: "opens in a new tab",
  checked: "checked",
  "checked-how": "The figures and words stand in the cited passage",
  computed: "computed",
  "computed-how": "Computed from the cited figures, and checked",
  translated: "translated",
  "translated-how": "Checked in the language of the documents, then translated by the model",
  unchecked: "not confirmed",
  quoted: "Quoted word for word from the documents",
  written: "Written by a language model, checked against the documents",
  "not-said": "The documents do not say.",
  nearest: "The nearest passages, which may help",
  sources: "Sources",
  copy: "Copy",
  copied: "Copied",
  "copy-failed": "Please select the text and copy it",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  thanks: "Thank you.",
  again: "Try again",
  stopped: "Stopped.",
  waiting: "The connection is interrupted; trying again …",
  lost: "There is no connection to the documents just now. Your question is not lost.",
  offline: "You are offline. Your question is not lost; try again when you are back.",
  unreachable: "The documents cannot be reached just now.",
  "too-often": "Questions are coming in quickly. A short pause, please; your question is kept.",
  busy: "Many people are asking right now. A moment, please; your question is kept.",
  seconds: "{n} s",
  wait: "Please wait {n} seconds.",
  ready: "You can ask now.",
  "too-long": "The question is too long or cannot be read; please put it in fewer words.",
  off: "Questions cannot be asked here at the moment.",
  failed: "The question could not be answered because of a fault; please try again.",
};

/** @typedef {keyof typeof ENGLISH} TextName */

/** @type {Record<TextName, string>} */
const CHINESE = {
  title: "向文件提问",
  open: "向文件提问",
  close: "关闭",
  greeting: "可就文件内容提问。答案的每句话都注明出处，点击编号即可看到原文。",
  suggestions: "例如",
  question: "您的问题",
  placeholder: "您的问题……",
  ask: "提问",
  stop: "停止",
  clear: "新对话",
  privacy: "",
  log: "问题与回答",
  searching: "正在检索文件",
  reading: "正在理解问题",
  writing: "正在撰写回答",
  complete: "回答完毕。",
  cite: "出处 {n}：{title}",
  page: "第 {n} 页",
  document: "在文件中打开",
  tab: "在新标签页中打开",
  checked: "已核对",
  "checked-how": "其中的数字和文字均见于所引原文",
  computed: "已计算",
  "computed-how": "由所引数字计算得出，并经核对",
  translated: "译文",
  "translated-how": "已按文件原文的语言核对，再由模型翻译",
  unchecked: "未能确认",
  quoted: "逐字引自文件",
  written: "由语言模型撰写，已与文件核对",
  "not-said": "文件中没有说明。",
  nearest: "最接近的段落，或许有帮助",
  sources: "出处",
  copy: "复制",
  copied: "已复制",
  "copy-failed": "请选中文字后手动复制",
  helpful: "有帮助",
  unhelpful: "没有帮助",
  thanks: "谢谢。",
  again: "再试一次",
  stopped: "已停止。",
  waiting: "连接中断，正在重试……",
  lost: "目前连接不上文件库。您的问题没有丢失。",
  offline: "您已离线。您的问题没有丢失；恢复连接后请再试。",
  unreachable: "目前无法访问文件库。",
  "too-often": "提问较为频繁，请稍候片刻；您的问题已保留。",
  busy: "现在提问的人很多，请稍候片刻；您的问题已保留。",
  seconds: "{n} 秒",
  wait: "请等待 {n} 秒。",
  ready: "现在可以提问了。",
  "too-long": "问题过长或无法识别；请缩短后再问。",
  off: "此处暂时不能提问。",
  failed: "程序出现故障，未能回答这个问题；请再试一次。",
};

const LANGUAGES = { en: ENGLISH, zh: CHINESE };

/** @typedef {keyof typeof LANGUAGES} Language */
/** @typedef {(name: TextName, values?: Record<string, string | number>) => string} Say */

/**
 * The language to speak, of the tags that are wanted, best first.
 * @param {(string | null | undefined)[]} tags
 * @returns {Language}
 */
export function languageOf(...tags) {
  return /^zh\b/i.test(tags.find((tag) => tag) ?? "") ? "zh" : "en";
}

/**
 * Whether this is a language tag, such as pages get wrong ("en_US").
 * @param {string | null} tag
 * @returns {tag is string}
 */
export function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag ?? "").length > 0;
  } catch {
    return false; // it is none
  }
}

/**
 * Says texts in a language, or as `own` has them.
 * @param {Language} language
 * @param {(name: TextName) => string | null} own
 * @returns {Say}
 */
export function sayIn(language, own) {
  return (name, values = {}) =>
    (own(name) ?? LANGUAGES[language][name]).replace(/\{(\w+)\}/g, (slot, key) =>
      String(values[key] ?? slot),
    );
}

/** @type {Record<string, TextName>} */
const STATUS = {
  "Searching the documents": "searching",
  "Reading the question": "reading",
};

/**
 * What the server does, in our words; what it only does to a written answer is writing it.
 * @param {string} status
 * @returns {TextName}
 */
export function statusText(status) {
  return STATUS[status] ?? "writing";
}

/** @type {Record<string, TextName>} */
const PROBLEMS = {
  lost: "lost",
  "too-often": "too-often",
  busy: "busy",
  429: "too-often", // of a proxy
  413: "too-long",
  422: "too-long",
  403: "off",
  404: "off",
};

/**
 * What to say of a problem. The server's own sentences are for the language of its logs.
 * @param {import("./problem.js").Problem} problem
 * @returns {TextName}
 */
export function problemText({ code, status }) {
  if (code === "lost" && !navigator.onLine) return "offline";
  return PROBLEMS[code] ?? PROBLEMS[String(status)] ?? "failed";
}
