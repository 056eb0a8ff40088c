// What HTML the rich editor gets: from us, from its own memory or from the
// clipboard. Everything is built anew from elements and attributes listed here;
// Trix then cleans it once more with its DOMPurify. The server cleans in any case.

const types = self.trustedTypes;

// Only for reading: a document made by DOMParser runs and loads nothing.
const reading = types?.createPolicy("richtext", { createHTML: (html) => html });

// Trix sets innerHTML in four places; this is what each of them gets.
types?.createPolicy("default", { createHTML: (html) => clean(html) });

const kept = new Set("div p br h2 h3 h4 strong em a ul ol li blockquote pre figure figcaption".split(" "));
const renamed = { b: "strong", i: "em", h1: "h2", h5: "h4", h6: "h4" };
const silent = "script, x-style, title, xml, noscript, template, svg, math, iframe, object, embed, textarea, select, audio, video";
const blocks = new Set("div p h2 h3 h4 ul ol li blockquote pre".split(" "));
const ownPicture = /^\/backend\/file\/[0-9a-f]{64}$/;
const safeAddress = /^(\/(?![/\\])|#|https?:\/\/[^/]|mailto:|tel:)/i;

export const isAddress = (text) => safeAddress.test(text);

export function parse(html) {
	// Styles and event handlers are refused in such a document too, aloud: they
	// get names that mean nothing.
	const quiet = html.replace(/<(\/?)style\b/gi, "<$1x-style").replace(/<[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi, (tag) => tag.replace(/([\s/"'])(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
	return new DOMParser().parseFromString(reading ? reading.createHTML(quiet) : quiet, "text/html");
}

// clean keeps the elements and attributes that the editor knows.
function clean(html) {
	if (html === "") return "";
	const { body } = parse(html);
	const out = body.ownerDocument.createElement("div");
	copy(body, out);
	return out.innerHTML;
}

function copy(from, to) {
	for (const node of from.childNodes) {
		if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
		if (node.nodeType !== Node.ELEMENT_NODE || node.matches(silent)) continue;
		const name = renamed[node.localName] ?? node.localName;
		const child = name === "img" ? image(node) : kept.has(name) ? to.ownerDocument.createElement(name) : to;
		if (!child) continue;
		if (name === "a" && isAddress(node.getAttribute("href") ?? "")) child.setAttribute("href", node.getAttribute("href"));
		if (name === "figure") attachment(node, child);
		if (child !== to) to.append(child);
		copy(node, child);
	}
}

function image(node) {
	if (!ownPicture.test(node.getAttribute("src"))) return null;
	const out = node.ownerDocument.createElement("img");
	for (const name of ["src", "width", "height", "alt"]) if (node.hasAttribute(name)) out.setAttribute(name, node.getAttribute(name));
	return out;
}

// attachment copies what makes a picture of the editor of a figure.
function attachment(from, to) {
	try {
		const { url, width, height } = JSON.parse(from.dataset.trixAttachment);
		if (ownPicture.test(url)) describe(to, url, width, height, JSON.parse(from.dataset.trixAttributes ?? "{}").caption);
	} catch {
		// not the editor's own
	}
}

function describe(figure, url, width, height, caption) {
	const size = width > 0 && height > 0 ? { width: Number(width), height: Number(height) } : {};
	figure.dataset.trixAttachment = JSON.stringify({ contentType: "image", url, ...size });
	if (caption) figure.dataset.trixAttributes = JSON.stringify({ caption: String(caption) });
}

// figure is a picture to put into the editor.
export function figure({ hash, width, height }, caption) {
	const out = document.implementation.createHTMLDocument("").createElement("figure");
	describe(out, `/backend/file/${hash}`, width, height, caption);
	return out.outerHTML;
}

// whyPlain says why the editor cannot hold what is in root, or nothing.
export function whyPlain(root) {
	if (root.querySelector("table")) return "ข้อความนี้มีตาราง ซึ่งตัวแก้ไขแบบเห็นผลยังจัดการไม่ได้ จึงเปิดเป็นข้อความพร้อมเครื่องหมาย";
	if (root.querySelector("hr, :not(pre) > code, h5, h6, ol[start], li :is(pre, blockquote, h2, h3, h4), blockquote :is(ul, ol, pre, h2, h3, h4)")) {
		return "ข้อความนี้มีรูปแบบที่ตัวแก้ไขแบบเห็นผลไม่มี จึงเปิดเป็นข้อความพร้อมเครื่องหมาย";
	}
	return "";
}

// forEditor is what root holds in the editor's own way: paragraphs are one
// block with empty lines, pictures are attachments with the text as caption.
export function forEditor(root) {
	const out = document.implementation.createHTMLDocument("").createElement("div");
	fill(root, out, null);
	return out.innerHTML;
}

function fill(from, to, item) {
	let line = item; // where text goes
	let apart = false; // a paragraph has ended
	const open = () => {
		line ??= to.appendChild(to.ownerDocument.createElement("div"));
		if (apart && line.hasChildNodes()) line.append(to.ownerDocument.createElement("br"), to.ownerDocument.createElement("br"));
		apart = false;
		return line;
	};
	for (const node of from.childNodes) {
		const name = renamed[node.localName] ?? node.localName;
		if (node.nodeType === Node.TEXT_NODE) {
			if (node.data.trim() !== "" || (line?.hasChildNodes() && !apart)) inline(node, open());
		} else if (name === "p" || name === "div") {
			apart = true;
			if (node.textContent.trim() !== "" || node.querySelector("img")) inlineOrBlocks(node, to, open, () => { line = item; });
			apart = true;
		} else if (blocks.has(name)) {
			block(node, name, to);
			line = item;
			apart = false;
		} else if (node.nodeType === Node.ELEMENT_NODE) {
			inline(node, open());
		}
	}
}

function inlineOrBlocks(node, to, open, close) {
	if (node.querySelector("p, div, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, pre, li")) {
		fill(node, to, null);
		close();
		return;
	}
	const line = open();
	for (const child of node.childNodes) inline(child, line);
}

function block(node, name, to) {
	const out = to.appendChild(to.ownerDocument.createElement(name));
	if (name === "ul" || name === "ol" || name === "li" || name === "blockquote") fill(node, out, name === "li" || name === "blockquote" ? out : null);
	else if (name === "pre") out.textContent = node.textContent.replace(/\n$/, "");
	else for (const child of node.childNodes) inline(child, out);
}

function inline(node, to) {
	if (node.nodeType === Node.TEXT_NODE) {
		const text = node.data.replace(/\s+/g, " ");
		to.append(to.lastChild?.nodeName === "BR" ? text.trimStart() : text);
	}
	if (node.nodeType !== Node.ELEMENT_NODE || node.matches(silent)) return;
	const name = renamed[node.localName] ?? node.localName;
	let out = to;
	if (name === "img") {
		if (!ownPicture.test(node.getAttribute("src"))) return;
		out = to.ownerDocument.createElement("figure");
		describe(out, node.getAttribute("src"), node.getAttribute("width"), node.getAttribute("height"), node.getAttribute("alt"));
	} else if (["strong", "em", "a", "br"].includes(name)) {
		out = to.ownerDocument.createElement(name);
		if (name === "a" && isAddress(node.getAttribute("href") ?? "")) out.setAttribute("href", node.getAttribute("href"));
	}
	if (out !== to) to.append(out);
	for (const child of node.childNodes) inline(child, out);
}

// pasted is the clipboard's HTML for the editor: what Word says with styles is
// said with elements, tables become lines.
export function pasted(html) {
	const { body } = parse(html);
	for (const node of [...body.querySelectorAll(silent + ", o\\:p")]) node.matches("o\\:p") ? node.replaceWith(...node.childNodes) : node.remove();
	for (const node of [...body.querySelectorAll("[data-style]")]) restyle(node);
	wordLists(body);
	for (const row of [...body.querySelectorAll("tr")]) {
		const line = body.ownerDocument.createElement("p");
		line.textContent = [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")).join(" | ");
		row.replaceWith(line);
	}
	for (const table of [...body.querySelectorAll("table")]) table.replaceWith(...table.querySelectorAll("p"));
	return forEditor(body);
}

const styleOf = (node) => (node.dataset?.style ?? "").replace(/\s+/g, "").toLowerCase();

function restyle(node) {
	const style = styleOf(node);
	if (style.includes("mso-list:ignore")) {
		const item = node.closest("p");
		if (item && /^\s*\(?[\p{L}\p{N}]{1,4}[.)]/u.test(node.textContent)) item.dataset.ordered = "";
		node.remove();
		return;
	}
	const bold = /(^|;)font-weight:(bold|[6-9]00)/.test(style);
	const slanted = /(^|;)font-style:italic/.test(style);
	if (node.matches("b, strong") && /(^|;)font-weight:(normal|400)/.test(style)) node.replaceWith(...node.childNodes);
	else if (node.matches("span, font") && (bold || slanted)) {
		const out = node.ownerDocument.createElement(bold ? "strong" : "em");
		out.append(...node.childNodes);
		node.replaceWith(out);
	}
}

const levelOf = (node) => (node?.localName === "p" ? Number(/mso-list:.*level(\d)/.exec(styleOf(node))?.[1] ?? 0) : 0);

// wordLists makes lists of the paragraphs that Word writes for their items.
function wordLists(body) {
	let lists = []; // the list open at each level
	for (const p of [...body.querySelectorAll("p")]) {
		const level = levelOf(p);
		if (level === 0 || (lists.length > 0 && p.previousElementSibling !== lists[0])) lists = [];
		if (level === 0) continue;
		const list = body.ownerDocument.createElement("ordered" in p.dataset ? "ol" : "ul");
		const item = body.ownerDocument.createElement("li");
		lists.length = Math.min(lists.length, level);
		if (lists.length === 0) {
			p.before(list);
			lists.push(list);
		} else if (lists.length < level) {
			lists.at(-1).lastElementChild.append(list);
			lists.push(list);
		}
		lists.at(-1).append(item);
		item.append(...p.childNodes);
		p.remove();
	}
}
