// Shows how far large files have come. Without it the browser's own sign of
// loading does; whatever goes wrong here, the form is sent as it would be.
//
// A form with data-upload="each" gets JSON back: where to go, or which of its
// files were refused, so that they need not be sent a second time.

for (const form of document.querySelectorAll("form[data-upload]")) {
	let sending = false;
	form.addEventListener("submit", (event) => {
		if (event.defaultPrevented) return;
		event.preventDefault();
		if (sending) return;
		const size = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
		if (size > Number(form.dataset.most ?? Infinity)) return tell(form, { refused: [{ why: form.dataset.tooMuch }] });
		sending = true;
		send(form, () => { sending = false; });
	});
}

function send(form, ended) {
	const each = form.dataset.upload === "each";
	const bar = document.createElement("progress");
	const said = document.createElement("p");
	const request = new XMLHttpRequest();
	bar.max = 1;
	bar.value = 0;
	bar.setAttribute("aria-label", "ความคืบหน้าการส่งไฟล์");
	said.className = "meta";
	said.setAttribute("role", "status");
	said.textContent = "กำลังส่งไฟล์";
	form.querySelector("[data-progress]")?.remove();
	document.querySelector(".flash")?.replaceChildren(); // it speaks of the last time
	const box = document.createElement("div");
	box.dataset.progress = "";
	box.append(bar, said);
	form.append(box);
	request.upload.addEventListener("progress", (event) => {
		if (event.lengthComputable) bar.value = event.loaded / event.total;
	});
	request.upload.addEventListener("load", () => {
		bar.removeAttribute("value"); // how long checking takes, nobody knows
		said.textContent = "กำลังตรวจสอบไฟล์";
	});
	request.addEventListener("load", () => {
		const answer = each && json(request);
		if (answer?.to) return location.assign(answer.to);
		if (answer?.refused) {
			box.remove();
			form.reset();
			ended();
			return tell(form, answer);
		}
		const elsewhere = new URL(request.responseURL).pathname !== new URL(form.action).pathname;
		if (request.status === 200 && elsewhere) location.assign(request.responseURL);
		else form.submit(); // refused: the page that says why comes the plain way
	});
	request.addEventListener("error", () => {
		if (!each) return form.submit();
		ended();
		bar.remove();
		said.textContent = "ส่งไฟล์ไม่สำเร็จ กรุณาตรวจสอบการเชื่อมต่อแล้วกดปุ่มอีกครั้ง";
	});
	request.open("POST", form.action);
	if (each) request.setRequestHeader("Accept", "application/json");
	request.send(new FormData(form));
}

function json(request) {
	if (!request.getResponseHeader("Content-Type")?.startsWith("application/json")) return null;
	try {
		return JSON.parse(request.responseText);
	} catch {
		return null;
	}
}

// tell says above the form which files were refused and why, as the page that
// comes without scripts does.
function tell(form, { added, existed, refused }) {
	document.getElementById("error-summary")?.remove();
	const notice = element("div", "", "notice notice--bad");
	Object.assign(notice, { id: "error-summary", tabIndex: -1 });
	notice.setAttribute("role", "alert");
	const words = document.createElement("div");
	const list = element("ul", "", "plain");
	for (const { name, why } of refused) {
		const item = document.createElement("li");
		if (name) item.append(element("strong", name, "files__sent"), " ");
		item.append(why);
		list.append(item);
	}
	words.append(element("h2", `ไม่ได้เพิ่ม ${refused.length} รายการ`, "notice__title"), list);
	if (existed?.length) words.append(element("p", `มีอยู่ในคลังแล้ว ${existed.length} ไฟล์`));
	if (added?.length) {
		const link = element("a", "แสดงรายการล่าสุด");
		link.href = form.action;
		const line = element("p", `เพิ่มแล้ว ${added.length} ไฟล์ ไม่ต้องส่งซ้ำ `);
		line.append(link);
		words.append(line);
	}
	notice.append(words);
	form.before(notice);
	notice.focus();
}

function element(tag, text, className = "") {
	return Object.assign(document.createElement(tag), { textContent: text, className });
}
