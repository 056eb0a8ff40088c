// Comfort for จัดการ Token: copy a code, show it in its row, tick a page, print.
// Each time the server hands out a code it records that it did.

// ask returns the code of the row that form stands in.
async function ask(form) {
	const answer = await fetch(form.action, {
		method: "POST",
		headers: { Accept: "application/json" },
		body: new URLSearchParams(new FormData(form)),
	});
	if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
		location.reload(); // the session has ended, or the server answers with a page of its own
		throw new Error("กำลังเปิดหน้านี้ใหม่");
	}
	const body = await answer.json();
	if (!answer.ok) throw new Error(body.message);
	return body.code;
}

// write copies a code that is still on its way: browsers allow it only while
// they remember the press.
async function write(code) {
	if (window.ClipboardItem && navigator.clipboard?.write) {
		const text = code.then((c) => new Blob([c], { type: "text/plain" }));
		await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
	} else {
		await navigator.clipboard.writeText(await code);
	}
}

// reveal puts the code into a field in the place of the dots.
function reveal(row, code) {
	const mask = row.querySelector("[data-mask]");
	if (mask) {
		const field = document.createElement("input");
		field.className = "input code-field";
		field.readOnly = true;
		field.value = code;
		field.setAttribute("aria-label", mask.dataset.label);
		mask.replaceWith(field);
		row.querySelector("[data-show]").hidden = true;
	}
	row.querySelector("input[readonly]").select();
}

for (const row of document.querySelectorAll("[data-code]")) {
	const said = row.querySelector("[data-said]");
	const say = (text) => (said.textContent = text);
	const shown = () => row.querySelector("input[readonly]")?.value;

	const copy = row.querySelector("[data-copy]");
	copy.hidden = false;
	copy.addEventListener("click", async () => {
		say("");
		const code = shown() ? Promise.resolve(shown()) : ask(row);
		try {
			await write(code);
			say("คัดลอกแล้ว");
		} catch {
			try {
				reveal(row, await code);
				say("เบราว์เซอร์ไม่ให้คัดลอก กรุณาเลือกรหัสแล้วคัดลอกเอง");
			} catch (refusal) {
				say(refusal.message);
			}
		}
	});

	if (row.matches("form")) {
		row.addEventListener("submit", async (event) => {
			event.preventDefault();
			say("");
			try {
				reveal(row, await ask(row));
			} catch (refusal) {
				say(refusal.message);
			}
		});
	}
}

const all = document.querySelector("[data-tick-all]");
if (all) {
	const boxes = [...document.querySelectorAll("input[name=pair]")];
	const head = all.querySelector("input");
	const tally = () => {
		const ticked = boxes.filter((box) => box.checked).length;
		head.checked = ticked === boxes.length;
		head.indeterminate = ticked > 0 && !head.checked;
	};
	all.hidden = false;
	head.addEventListener("change", () => boxes.forEach((box) => (box.checked = head.checked)));
	boxes.forEach((box) => box.addEventListener("change", tally));
	addEventListener("pageshow", tally);
}

for (const form of document.querySelectorAll("form[data-progress]")) {
	const working = form.querySelector("[data-working]");
	form.addEventListener("submit", () => (working.hidden = false));
	addEventListener("pageshow", () => (working.hidden = true));
}

const print = document.querySelector("[data-print]");
if (print) {
	print.hidden = false;
	print.addEventListener("click", () => window.print());
}
