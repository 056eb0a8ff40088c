// Changes the order of a list by dragging, by buttons and by typing a place. The
// numbers in the list are what the form sends; without this module they are typed.

for (const list of document.querySelectorAll("[data-order]")) start(list);

function start(list) {
	const say = list.parentElement.querySelector("[data-order-say]");
	const items = () => [...list.querySelectorAll(":scope > [data-order-item]")];
	const title = (item) => item.querySelector("[data-order-title]").firstChild.textContent.trim();

	// number writes the places and shuts the buttons at both ends.
	function number() {
		const all = items();
		all.forEach((item, i) => {
			item.querySelector("[data-order-place]").value = i + 1;
			for (const button of item.querySelectorAll("[data-order-move]")) {
				const to = i + Number(button.dataset.orderMove);
				button.setAttribute("aria-disabled", String(to < 0 || to >= all.length));
			}
		});
	}

	function place(item, to) {
		const others = items().filter((other) => other !== item);
		const focused = item.contains(document.activeElement) ? document.activeElement : null;
		list.insertBefore(item, others[Math.max(0, Math.min(to, others.length))] ?? null);
		focused?.focus();
		number();
	}

	// A draft brings back the numbers: the lines follow them.
	list.addEventListener("order:restored", () => {
		const at = (item) => item.querySelector("[data-order-place]").valueAsNumber || 0;
		list.append(...items().sort((a, b) => at(a) - at(b)));
		number();
	});

	function tell(item) {
		const all = items();
		say.textContent = `${title(item)} อยู่ลำดับที่ ${all.indexOf(item) + 1} จาก ${all.length} ยังไม่ได้บันทึก`;
		list.dispatchEvent(new Event("input", { bubbles: true }));
	}

	list.addEventListener("click", (event) => {
		const button = event.target.closest("[data-order-move]");
		if (!button || button.getAttribute("aria-disabled") === "true") return;
		const item = button.closest("[data-order-item]");
		place(item, items().indexOf(item) + Number(button.dataset.orderMove));
		tell(item);
	});
	list.addEventListener("change", (event) => {
		const item = event.target.matches("[data-order-place]") && event.target.closest("[data-order-item]");
		if (!item) return;
		place(item, Math.trunc(event.target.valueAsNumber || items().indexOf(item) + 1) - 1);
		tell(item);
	});
	list.addEventListener("keydown", (event) => {
		if (event.key !== "Enter" || !event.target.matches("[data-order-place]")) return;
		event.preventDefault(); // moves the line, does not send the form
		event.target.dispatchEvent(new Event("change", { bubbles: true }));
	});
	list.addEventListener("keypress", (event) => event.key === "Enter" && event.target.matches("[data-order-place]") && event.preventDefault());
	list.addEventListener("pointerdown", (event) => {
		const grip = event.target.closest("[data-order-grip]");
		if (!grip || event.button !== 0) return;
		event.preventDefault();
		drag(grip.closest("[data-order-item]"), event.pointerId);
	});

	function drag(item, pointer) {
		const end = new AbortController();
		const before = items().indexOf(item);
		const listen = (type, what) => document.addEventListener(type, (event) => event.pointerId === pointer && what(event), { signal: end.signal });
		item.classList.add("is-dragged");
		listen("pointermove", ({ clientY }) => {
			const others = items().filter((other) => other !== item);
			const next = others.findIndex((other) => {
				const { top, height } = other.getBoundingClientRect();
				return clientY < top + height / 2;
			});
			const to = next < 0 ? others.length : next;
			if (to !== items().indexOf(item)) place(item, to);
			if (clientY < 60) scrollBy(0, -12);
			if (clientY > innerHeight - 60) scrollBy(0, 12);
		});
		function stop(to) {
			end.abort();
			item.classList.remove("is-dragged");
			if (to !== undefined) place(item, to);
			if (items().indexOf(item) !== before) tell(item);
		}
		listen("pointerup", () => stop());
		listen("pointercancel", () => stop(before));
		document.addEventListener("keydown", (event) => event.key === "Escape" && stop(before), { signal: end.signal });
	}

	for (const part of list.querySelectorAll("[data-order-grip], [data-order-moves]")) part.hidden = false;
	list.parentElement.classList.add("is-live");
	number();
}
