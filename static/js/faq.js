// Opens the answer that the address names, also where the browser does not by
// itself. Opening an answer by hand leaves the address alone.

function open() {
	let target = null;
	try {
		target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	} catch {
		return; // a broken % sequence
	}
	const details = target?.closest("details");
	if (!details) return;
	details.open = true;
	details.scrollIntoView();
	const focus = target.matches("[tabindex]") ? target : details.querySelector("summary");
	focus?.focus({ preventScroll: true });
}

addEventListener("hashchange", open);
open();
