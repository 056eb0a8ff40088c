// The slide show of the landing page, by the WAI-ARIA carousel pattern. Without
// this module the slides are a row to scroll; the buttons stay hidden.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const seconds = 7;

for (const root of document.querySelectorAll("[data-carousel]")) start(root);

function start(root) {
	const row = root.querySelector("[data-slides]");
	const slides = [...row.children];
	const controls = root.querySelector("[data-controls]");
	if (slides.length < 2 || !controls) return;

	const toggle = controls.querySelector("[data-toggle]");
	const picks = [...controls.querySelectorAll("[data-pick]")];
	let current = 0;
	let playing = !still.matches;
	let hovered = false;
	let focused = false;
	let timer = 0;

	root.classList.add("is-live");
	controls.hidden = false;

	function show(index) {
		current = (index + slides.length) % slides.length;
		row.scrollTo({ left: slides[current].offsetLeft - row.offsetLeft, behavior: still.matches ? "auto" : "smooth" });
		mark();
	}

	function mark() {
		slides.forEach((slide, i) => (slide.inert = i !== current));
		picks.forEach((pick, i) => {
			if (i === current) pick.setAttribute("aria-current", "true");
			else pick.removeAttribute("aria-current");
		});
	}

	function run() {
		clearInterval(timer);
		const moving = playing && !hovered && !focused && !document.hidden;
		row.setAttribute("aria-live", moving ? "off" : "polite");
		if (moving) timer = setInterval(() => show(current + 1), seconds * 1000);
		toggle.setAttribute("aria-label", playing ? toggle.dataset.pause : toggle.dataset.play);
		toggle.classList.toggle("is-paused", !playing);
	}

	toggle.addEventListener("click", () => {
		playing = !playing;
		run();
	});
	picks.forEach((pick, i) => pick.addEventListener("click", () => show(i)));
	controls.querySelector("[data-previous]").addEventListener("click", () => show(current - 1));
	controls.querySelector("[data-next]").addEventListener("click", () => show(current + 1));
	for (const [type, inside] of [["pointerenter", true], ["pointerleave", false]]) {
		root.addEventListener(type, () => {
			hovered = inside;
			run();
		});
	}
	root.addEventListener("focusin", () => {
		focused = true;
		run();
	});
	root.addEventListener("focusout", (event) => {
		focused = root.contains(event.relatedTarget);
		run();
	});
	document.addEventListener("visibilitychange", run);
	still.addEventListener("change", () => {
		if (still.matches) playing = false;
		run();
	});
	addEventListener("resize", () => show(current));

	// A finger moves the row without asking us.
	let settled = 0;
	row.addEventListener("scroll", () => {
		clearTimeout(settled);
		settled = setTimeout(() => {
			current = Math.round(row.scrollLeft / row.clientWidth) % slides.length;
			mark();
		}, 120);
	}, { passive: true });

	mark();
	run();
}
