// Warns two minutes before the session ends, so that nobody is put out while
// typing. It asks the server only when the person presses a button: a page left
// open does not keep its session alive. Tabs tell each other how long is left.

const dialog = document.querySelector("[data-session]");
if (dialog) watch(dialog);

function watch(dialog) {
	const find = (name) => dialog.querySelector(`[data-${name}]`);
	const title = find("title");
	const goOn = find("go-on");
	const close = find("close");
	const warnFor = 120; // seconds
	const tellAt = [120, 60, 30, 10]; // when a screen reader hears how long is left
	const tabs = new BroadcastChannel("portal-session");

	// The server counted from when it answered, which is a little ago.
	const page = performance.getEntriesByType("navigation")[0];
	let ends = endsFrom(dialog.dataset.idle, dialog.dataset.end, page ? performance.now() - page.responseStart : 0);
	let shown = ""; // the part that the dialog shows: idle, end, over, or nothing
	let told = Infinity;
	let timer = 0;

	function endsFrom(idle, end, ago = 0) {
		const now = Date.now() - ago;
		return { idle: now + idle * 1000, end: now + end * 1000 };
	}

	function look() {
		clearTimeout(timer);
		const left = Math.ceil((Math.min(ends.idle, ends.end) - Date.now()) / 1000);
		if (left > warnFor) {
			show("");
			wait((left - warnFor) * 1000);
		} else if (left > 0) {
			show(ends.end <= ends.idle ? "end" : "idle");
			count(left);
			wait(1000);
		} else {
			show("over");
		}
	}

	// Timers run late on a machine that slept, and cannot run longer than 24 days.
	function wait(milliseconds) {
		timer = setTimeout(look, Math.min(milliseconds, 2 ** 31 - 1));
	}

	function show(part) {
		if (part === shown) return;
		shown = part;
		told = Infinity;
		find("away").hidden = true;
		if (part === "") {
			dialog.close();
			return;
		}
		const over = part === "over";
		title.textContent = over ? title.dataset.over : title.dataset.warn;
		for (const text of dialog.querySelectorAll("[data-part]")) text.hidden = text.dataset.part !== part;
		find("clock").hidden = over;
		goOn.hidden = part !== "idle";
		close.hidden = part === "idle";
		find("leave").hidden = over;
		if (!dialog.open) dialog.showModal();
		(part === "idle" ? goOn : close).focus();
	}

	function count(left) {
		const minutes = Math.floor(left / 60);
		const seconds = left % 60;
		find("left").textContent = `${minutes}:${String(seconds).padStart(2, "0")} นาที`;
		const mark = tellAt.findLast((at) => left <= at);
		if (mark === told) return;
		told = mark;
		find("say").textContent = [minutes && `${minutes} นาที`, seconds && `${seconds} วินาที`].filter(Boolean).join(" ");
	}

	async function extend() {
		find("away").hidden = true;
		let answer;
		try {
			answer = await fetch("/backend/session/extend", { method: "POST", redirect: "manual" });
		} catch {
			find("away").hidden = false;
			return;
		}
		if (answer.status === 204) {
			ends = endsFrom(answer.headers.get("Session-Idle"), answer.headers.get("Session-End"));
			tabs.postMessage(ends);
		} else if (answer.type === "opaqueredirect") { // to sign-in: it has ended already
			ends.idle = 0;
		} else {
			find("away").hidden = false;
			return;
		}
		look();
	}

	goOn.addEventListener("click", extend);
	close.addEventListener("click", () => dialog.close());
	dialog.addEventListener("cancel", (event) => { // Escape: the person is here
		if (shown !== "idle") return;
		event.preventDefault();
		extend();
	});
	tabs.addEventListener("message", ({ data }) => {
		ends = { idle: Math.max(ends.idle, data.idle), end: Math.max(ends.end, data.end) };
		look();
	});
	document.addEventListener("visibilitychange", look);
	addEventListener("pageshow", look);

	tabs.postMessage(ends); // opening this page was a request
	look();
}
