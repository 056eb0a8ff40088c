// Makes an editor that shows the text of a field for Markdown. It keeps the
// field: whatever goes wrong here, the text can be edited there.

let trix; // loaded once for all fields of the page

for (const root of document.querySelectorAll("[data-rich]")) {
	start(root).catch((fault) => {
		root.dispatchEvent(new CustomEvent("rich:ready", { bubbles: true }));
		throw fault;
	});
}

// load fetches Trix. It would put its style sheets into the page, which the
// policy refuses; css/editor.css says the same.
async function load(address) {
	document.head.insertBefore = (node, before) => (node.localName === "style" ? node : Node.prototype.insertBefore.call(document.head, node, before));
	try {
		const { default: Trix } = await import(address);
		configure(Trix.config);
	} finally {
		delete document.head.insertBefore;
	}
	await customElements.whenDefined("trix-editor");
}

function configure(config) {
	const { blockAttributes, textAttributes, attachments, lang } = config;
	for (const level of [2, 3, 4]) blockAttributes[`heading${level}`] = { ...blockAttributes.heading1, tagName: `h${level}` };
	delete blockAttributes.heading1;
	delete textAttributes.strike;
	delete attachments.preview.presentation;
	attachments.preview.caption = { name: false, size: false };
	lang.captionPlaceholder = "คำอธิบายรูปภาพ";
	lang.remove = "ลบรูปภาพ";
}

async function start(root) {
	const find = (name) => root.querySelector(`[data-rich-${name}]`);
	const plain = find("plain");
	const name = plain.name;
	const say = (text) => (find("say").textContent = text);
	const [clean, { linkDialog, pictureDialog }] = await Promise.all([import(root.dataset.clean), import(root.dataset.dialogs)]);
	await (trix ??= load(root.dataset.trix));

	const frame = find("frame").content.cloneNode(true);
	const value = Object.assign(document.createElement("input"), { type: "hidden", id: `${name}-html`, name: `${name}_html` });
	value.dataset.richValue = "";
	const content = find("html").content;
	value.value = clean.whyPlain(content) ? "" : clean.forEditor(content);

	const element = document.createElement("trix-editor");
	const bar = frame.querySelector("trix-toolbar");
	bar.id = `${name}-bar`;
	element.className = "rich__text prose";
	for (const [key, to] of Object.entries({ input: value.id, toolbar: bar.id, "aria-labelledby": `${name}-label`, "aria-multiline": "true" })) element.setAttribute(key, to);
	for (const key of ["aria-describedby", "aria-invalid"]) if (plain.hasAttribute(key)) element.setAttribute(key, plain.getAttribute(key));
	frame.querySelector("[data-rich-editor]").append(value, element);
	const ready = new Promise((done) => element.addEventListener("trix-initialize", done, { once: true }));
	find("place").append(frame);
	await ready;

	const { editor } = element;
	const rich = find("rich");
	const switcher = find("switch");
	find("help").after(switcher);

	// show opens the editor or, with a reason, the plain field.
	function show(asText, why = "") {
		rich.hidden = asText;
		plain.hidden = !asText;
		plain.disabled = !asText;
		value.disabled = asText;
		find("help").hidden = !asText;
		element.id = asText ? `${name}-rich` : name;
		plain.id = asText ? name : `${name}-plain`;
		find("why").textContent = why;
		find("why").hidden = why === "";
		switcher.textContent = asText ? "แก้ไขแบบเห็นผล" : "แก้ไขแบบข้อความพร้อมเครื่องหมาย";
		switcher.hidden = !root.dataset.convert;
	}

	// tell says something that stays to be read.
	function tell(text) {
		find("why").textContent = text;
		find("why").hidden = false;
		say(text);
	}

	async function convert(key, text) {
		const answer = await fetch(root.dataset.convert, { method: "POST", redirect: "manual", headers: { Accept: "application/json" }, body: new URLSearchParams({ [key]: text }) });
		if (!answer.ok) throw new Error(answer.status);
		return answer.json();
	}

	function fill(html) {
		const { body } = clean.parse(html);
		const why = clean.whyPlain(body);
		if (!why) editor.loadHTML(clean.forEditor(body));
		return why;
	}

	switcher.addEventListener("click", async () => {
		const toText = plain.hidden;
		say("");
		try {
			if (toText) plain.value = (await convert("html", value.value)).markdown;
			const why = toText ? "" : fill((await convert("markdown", plain.value)).html);
			show(toText || why !== "", why);
			(plain.hidden ? element : plain).focus();
			say(why || (toText ? "เปลี่ยนเป็นข้อความพร้อมเครื่องหมายแล้ว" : "เปลี่ยนเป็นแบบเห็นผลแล้ว"));
			root.dispatchEvent(new Event("input", { bubbles: true }));
		} catch {
			show(!toText, "เปลี่ยนวิธีแก้ไขไม่สำเร็จ ข้อความยังอยู่ครบ กรุณาลองอีกครั้ง");
			say(find("why").textContent);
		}
	});

	root.addEventListener("rich:restore", ({ detail }) => {
		if (detail.html !== undefined) editor.loadHTML(detail.html);
		else plain.value = detail.markdown;
		show(detail.html === undefined);
	});

	element.addEventListener("trix-before-paste", ({ paste }) => {
		if (!paste.html) return;
		if (/<table\b/i.test(paste.html)) tell("ตารางที่วางกลายเป็นบรรทัดข้อความ หากต้องการตาราง กรุณาแก้ไขแบบข้อความพร้อมเครื่องหมาย");
		paste.html = clean.pasted(paste.html);
	});
	const describe = () => { // what stands under a picture is said instead of it
		for (const image of element.querySelectorAll("figure img")) image.alt = image.closest("figure").querySelector("figcaption")?.textContent ?? "";
	};
	element.addEventListener("trix-render", describe);
	describe();
	element.addEventListener("trix-file-accept", (event) => {
		event.preventDefault();
		tell(root.dataset.pictures ? "วางไฟล์ในข้อความไม่ได้ กรุณาเพิ่มรูปที่เมนู “คลังไฟล์” แล้วใช้ปุ่ม “รูปภาพ”" : "วางไฟล์ในข้อความนี้ไม่ได้");
	});

	toolbar(bar, element, { link: linkDialog(root, element, clean), picture: pictureDialog(root, element, clean) });
	const why = clean.whyPlain(content);
	const early = plain.value !== plain.defaultValue; // typed while the editor was on its way: it is not taken away
	const here = document.activeElement === plain;
	show(early || why !== "", why);
	if (here && plain.hidden) element.focus();
	root.dataset.richReady = "";
	root.dispatchEvent(new CustomEvent("rich:ready", { bubbles: true }));
}

// toolbar does what the buttons say; arrow keys move between them.
function toolbar(bar, element, dialogs) {
	const { editor } = element;
	const buttons = [...bar.querySelectorAll("button")];
	const alone = ["heading2", "heading3", "heading4", "bullet", "number"]; // a line is one of these
	const can = {
		undo: () => editor.canUndo(), redo: () => editor.canRedo(),
		increaseNestingLevel: () => editor.canIncreaseNestingLevel(), decreaseNestingLevel: () => editor.canDecreaseNestingLevel(),
	};

	function toggle(what) {
		editor.recordUndoEntry(what);
		const was = editor.attributeIsActive(what);
		if (alone.includes(what)) for (const other of alone) if (editor.attributeIsActive(other)) editor.deactivateAttribute(other);
		if (was) editor.deactivateAttribute(what);
		else editor.activateAttribute(what);
	}

	function press({ dataset: { kind, what } }) {
		if (kind === "dialog") return dialogs[what]();
		const range = editor.getSelectedRange();
		if (document.activeElement !== element) {
			element.focus();
			editor.setSelectedRange(range);
		}
		if (kind === "attribute") toggle(what);
		else if (can[what]()) editor[what]();
		refresh();
	}

	function refresh() {
		for (const button of buttons) {
			const { kind, what } = button.dataset;
			if (kind === "attribute") button.setAttribute("aria-pressed", String(Boolean(editor.attributeIsActive(what))));
			if (kind === "action") button.setAttribute("aria-disabled", String(!can[what]()));
		}
	}

	function reach(button) {
		for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
	}

	reach(buttons[0]);
	bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
	bar.addEventListener("click", (event) => {
		const button = event.target.closest("button");
		if (!button) return;
		reach(button);
		press(button);
	});
	bar.addEventListener("keydown", (event) => {
		const at = buttons.indexOf(document.activeElement);
		const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
		if (event.key === "Escape") element.focus();
		if (to === undefined) return;
		event.preventDefault();
		reach(buttons[to % buttons.length]);
		buttons[to % buttons.length].focus();
	});
	// Before Trix: Tab leaves the field, also within a list.
	element.parentElement.addEventListener("keydown", (event) => {
		if (event.key === "Tab" && event.target === element) event.stopPropagation();
		if (event.key === "F10" && event.altKey) {
			event.preventDefault();
			buttons.find((button) => button.tabIndex === 0).focus();
		}
		if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
			event.preventDefault();
			dialogs.link();
		}
	}, true);
	for (const type of ["trix-selection-change", "trix-change", "trix-actions-change", "trix-attributes-change"]) element.addEventListener(type, refresh);
	refresh();
}
