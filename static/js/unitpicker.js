// Suggests units while one types in a unit picker (ARIA combobox with a list).
// Without it the picker works by its search button and a list to tick.

const pause = 200; // ms without a key before the server is asked

for (const picker of document.querySelectorAll("[data-unit-picker]")) enhance(picker);

function enhance(picker) {
	const input = picker.querySelector("input[type='text']");
	const chosenFor = picker.querySelector("[data-for]");
	let chosen = picker.querySelector("[data-id]");
	const list = document.createElement("ul");
	const status = document.createElement("p");
	let units = [];
	let current = -1;
	let timer = 0;
	let asking = null;
	let justChosen = false; // by a key that is still down

	list.id = `${input.id}-list`;
	list.className = "picker__list";
	list.setAttribute("role", "listbox");
	list.setAttribute("aria-label", picker.querySelector("label").textContent);
	list.hidden = true;
	status.className = "sr-only";
	status.setAttribute("role", "status");
	input.after(list);
	picker.append(status);
	input.setAttribute("role", "combobox");
	input.setAttribute("aria-autocomplete", "list");
	input.setAttribute("aria-controls", list.id);
	input.setAttribute("aria-expanded", "false");
	picker.querySelector("[data-find]")?.remove();

	input.addEventListener("input", () => {
		forget();
		clearTimeout(timer);
		asking?.abort();
		timer = setTimeout(ask, pause);
	});
	input.addEventListener("keydown", (event) => {
		if (event.isComposing) return;
		switch (event.key) {
			case "ArrowDown":
				if (list.hidden) ask();
				else mark((current + 1) % units.length);
				break;
			case "ArrowUp":
				if (list.hidden) return;
				mark((current + units.length - 1) % units.length);
				break;
			case "Enter":
				if (list.hidden || current < 0) return;
				choose(units[current]);
				justChosen = true;
				break;
			case "Escape":
				if (list.hidden) return;
				close();
				break;
			default:
				return;
		}
		event.preventDefault();
	});
	// The key that chose a unit does not send the form as well.
	input.addEventListener("keypress", (event) => {
		if (event.key === "Enter" && justChosen) event.preventDefault();
	});
	input.addEventListener("keyup", () => (justChosen = false));
	input.addEventListener("blur", close);
	// Keeps the focus in the field while a unit is pressed.
	list.addEventListener("pointerdown", (event) => event.preventDefault());
	list.addEventListener("click", (event) => {
		const item = event.target.closest("[role='option']");
		if (item) choose(units[[...list.children].indexOf(item)]);
	});

	// What was chosen or listed for another text no longer counts.
	function forget() {
		if (!chosen) {
			chosen = document.createElement("input");
			chosen.type = "hidden";
			chosen.name = input.name.replace(/_q$/, "");
			input.after(chosen);
		}
		picker.querySelector("[data-options]")?.remove();
		chosen.value = "";
	}

	async function ask() {
		const text = input.value.trim();
		if (text === "") {
			close();
			return;
		}
		asking?.abort();
		asking = new AbortController();
		try {
			const answer = await fetch(`/backend/agencies/suggest?q=${encodeURIComponent(text)}`, {
				headers: { Accept: "application/json" },
				signal: asking.signal,
			});
			const ours = answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json");
			if (ours) show(await answer.json());
		} catch {
			close(); // no answer: the form itself still searches
		}
	}

	function show(answer) {
		units = answer.units;
		current = -1;
		list.replaceChildren(...units.map(option));
		list.hidden = units.length === 0;
		input.setAttribute("aria-expanded", String(!list.hidden));
		input.removeAttribute("aria-activedescendant");
		status.textContent = units.length === 0 ? "ไม่พบหน่วยงาน" : `พบ ${units.length} หน่วยงาน${answer.more ? " หรือมากกว่า พิมพ์ต่อเพื่อค้นให้แคบลง" : ""}`;
	}

	function option(unit, i) {
		const item = document.createElement("li");
		const about = document.createElement("span");
		item.id = `${list.id}-${i}`;
		item.setAttribute("role", "option");
		item.setAttribute("aria-selected", "false");
		item.textContent = unit.name;
		about.className = "sub";
		about.textContent = unit.about;
		item.append(about);
		return item;
	}

	function mark(i) {
		current = i;
		[...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === i)));
		input.setAttribute("aria-activedescendant", list.children[i].id);
		list.children[i].scrollIntoView({ block: "nearest" });
	}

	function choose(unit) {
		forget();
		chosen.value = unit.id;
		chosenFor.value = unit.name;
		input.value = unit.name;
		status.textContent = `เลือก ${unit.name}`;
		close();
	}

	function close() {
		clearTimeout(timer);
		asking?.abort();
		list.hidden = true;
		current = -1;
		input.setAttribute("aria-expanded", "false");
		input.removeAttribute("aria-activedescendant");
	}
}
