// Shows how far a large file has come. Without it the browser's own sign of
// loading does; whatever goes wrong here, the form is sent as it would be.

for (const form of document.querySelectorAll("form[data-upload]")) {
	form.addEventListener("submit", (event) => {
		if (event.defaultPrevented) return;
		event.preventDefault();
		send(form);
	});
}

function send(form) {
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
		const elsewhere = new URL(request.responseURL).pathname !== new URL(form.action).pathname;
		if (request.status === 200 && elsewhere) location.assign(request.responseURL);
		else form.submit(); // refused: the page that says why comes the plain way
	});
	request.addEventListener("error", () => form.submit());
	request.open("POST", form.action);
	request.send(new FormData(form));
}
