// Keeps what is typed in a form with data-keep in this browser until the server
// has it, and warns before it is left behind. A page that follows a save names
// the key in data-saved.

const prefix = "portal-draft:";
const keepFor = 14 * 24 * 3600 * 1000; // ms

for (const mark of document.querySelectorAll("[data-saved]")) forget(prefix + mark.dataset.saved);
sweep();
for (const form of document.querySelectorAll("form[data-keep]")) watch(form);

function read(key) {
	try {
		return JSON.parse(localStorage.getItem(key));
	} catch {
		return null;
	}
}

function forget(key) {
	try {
		localStorage.removeItem(key);
		localStorage.removeItem(`${key}:new`);
	} catch {
		// the browser keeps nothing: there is nothing to forget
	}
}

function sweep() {
	try {
		for (const key of Object.keys(localStorage)) if (key.startsWith(prefix) && !(read(key)?.at > Date.now() - keepFor)) localStorage.removeItem(key);
	} catch {
		// as above
	}
}

// typed lists what a person can change in the form.
function typed(form) {
	const list = [];
	for (const field of form.elements) {
		const own = field.type !== "hidden" || "richValue" in field.dataset;
		if (!field.name || field.disabled || !own || ["password", "file", "submit", "button", "reset", "image"].includes(field.type) || field.closest("dialog")) continue;
		list.push(["checkbox", "radio"].includes(field.type) ? [field.name, field.value, field.checked] : [field.name, field.value]);
	}
	return list;
}

function restore(form, list) {
	for (const [name, value, checked] of list) {
		if (checked !== undefined) {
			const box = [...form.elements].find((field) => field.name === name && field.value === value && "checked" in field);
			if (box) box.checked = checked;
		}
	}
	const at = {}; // fields of one name are taken in order
	for (const [name, value, checked] of list) {
		if (checked !== undefined) continue;
		const rich = form.querySelector(`[data-rich] [name="${CSS.escape(name)}"]`)?.closest("[data-rich]");
		if (rich) {
			rich.dispatchEvent(new CustomEvent("rich:restore", { detail: name.endsWith("_html") ? { html: value } : { markdown: value } }));
			if (!("richReady" in rich.dataset)) rich.querySelector("[data-rich-plain]").value = value;
			continue;
		}
		const same = [...form.elements].filter((field) => field.name === name && field.type !== "hidden");
		const field = same[(at[name] = (at[name] ?? -1) + 1)];
		if (field) field.value = value;
	}
	for (const rows of form.querySelectorAll("[data-order]")) rows.dispatchEvent(new Event("order:restored"));
	form.dispatchEvent(new Event("input", { bubbles: true }));
}

// settled waits until the rich editors of the form are there.
function settled(form) {
	const waiting = [...form.querySelectorAll("[data-rich]:not([data-rich-ready])")];
	return Promise.all(waiting.map((rich) => new Promise((done) => {
		rich.addEventListener("rich:ready", done, { once: true });
		setTimeout(done, 10_000);
	})));
}

async function watch(form) {
	const key = prefix + form.dataset.keep;
	let slot = key; // while an older text is on offer, what is typed goes beside it
	let sending = false;
	let full = false;
	let early = false; // something was typed before the editors were there
	const note = () => (early = true);
	form.addEventListener("input", note);
	await settled(form);
	form.removeEventListener("input", note);

	const refused = document.querySelector("[data-error-summary]") !== null; // the server gave back what was typed
	const found = read(`${key}:new`) ?? read(key);
	let baseline = JSON.stringify(typed(form));
	let saved = early ? "" : baseline;
	const changed = () => refused || early || JSON.stringify(typed(form)) !== baseline;

	function save() {
		const list = typed(form);
		const now = JSON.stringify(list);
		if (now === saved) return;
		saved = now;
		try {
			if (now === baseline && !refused && !early) localStorage.removeItem(slot);
			else localStorage.setItem(slot, JSON.stringify({ at: Date.now(), list }));
		} catch {
			if (!full) warn(form, "เบราว์เซอร์นี้เก็บข้อความที่พิมพ์ไว้ไม่ได้ กรุณากดบันทึกเป็นระยะ");
			full = true;
		}
	}

	if (found && !refused && JSON.stringify(found.list) !== baseline) {
		slot = `${key}:new`;
		offer(form, found, (bring) => {
			forget(key);
			slot = key;
			if (bring) restore(form, found.list);
			saved = ""; // whatever is there now is kept
			save();
		});
	} else if (!refused) {
		forget(key);
	}

	setInterval(save, 3000);
	addEventListener("pagehide", save);
	document.addEventListener("visibilitychange", () => document.hidden && save());
	form.addEventListener("submit", (event) => {
		if (event.defaultPrevented) return;
		sending = true;
		save();
	});
	addEventListener("pageshow", (event) => {
		if (event.persisted) sending = false;
	});
	addEventListener("beforeunload", (event) => {
		if (!sending && changed()) event.preventDefault();
	});
	form.dataset.kept = "";
}

function warn(form, text) {
	const note = document.createElement("p");
	note.className = "notice";
	note.setAttribute("role", "status");
	note.textContent = text;
	form.prepend(note);
	return note;
}

function offer(form, found, choose) {
	const when = new Intl.DateTimeFormat("th-TH", { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Bangkok" }).format(found.at);
	const box = document.createElement("div");
	const text = document.createElement("p");
	const row = document.createElement("p");
	box.className = "notice draft";
	box.setAttribute("role", "group");
	box.setAttribute("aria-labelledby", "draft-found");
	text.id = "draft-found";
	text.textContent = `พบข้อความที่ยังไม่ได้บันทึกเมื่อ ${when}`;
	row.className = "actions";
	for (const [label, style, bring] of [["นำกลับมา", "button button--small", true], ["ทิ้ง", "button button--small button--quiet", false]]) {
		const button = Object.assign(document.createElement("button"), { type: "button", className: style, textContent: label });
		button.addEventListener("click", () => {
			choose(bring);
			const done = warn(form, bring ? "นำข้อความกลับมาแล้ว ยังไม่ได้บันทึก" : "ทิ้งข้อความนั้นแล้ว");
			done.tabIndex = -1;
			box.remove();
			done.focus();
		});
		row.append(button);
	}
	box.append(text, row);
	form.prepend(box);
}
