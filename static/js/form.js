// Comfort for forms: the error summary takes the focus, a form is sent once.

document.querySelector("[data-error-summary]")?.focus();

for (const link of document.querySelectorAll("[data-error-summary] a[href^='#']")) {
	link.addEventListener("click", (event) => {
		const field = document.getElementById(link.hash.slice(1));
		if (!field) return;
		event.preventDefault();
		field.scrollIntoView({ block: "center" });
		field.focus({ preventScroll: true });
	});
}

for (const form of document.querySelectorAll("form[data-once]")) {
	const buttons = form.querySelectorAll("button");
	let sent = false;
	form.addEventListener("submit", (event) => {
		if (sent) event.preventDefault();
		sent = true;
		buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
	});
	// Back to a page that the browser kept: the form may be sent again.
	addEventListener("pageshow", () => {
		sent = false;
		buttons.forEach((button) => button.removeAttribute("aria-disabled"));
	});
}
