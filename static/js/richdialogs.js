// The dialogs of the rich editor: links and pictures.

// modal opens a dialog and gives the selection back when it closes.
function modal(dialog, element) {
	let range = [0, 0];
	dialog.addEventListener("close", () => {
		element.focus();
		element.editor.setSelectedRange(range);
	});
	dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
	dialog.addEventListener("keydown", (event) => {
		if (event.key !== "Enter" || event.target.localName !== "input" || event.isComposing) return;
		event.preventDefault(); // else the page's form would be sent
		dialog.querySelector("[data-done]").click();
	});
	dialog.addEventListener("keypress", (event) => event.key === "Enter" && event.target.localName === "input" && event.preventDefault());
	const wrong = dialog.querySelector("[data-wrong]");
	return {
		open() {
			range = element.editor.getSelectedRange();
			wrong.hidden = true;
			dialog.showModal();
			return range;
		},
		// finish closes the dialog first: what changes the text needs the focus there.
		finish(change) {
			dialog.close();
			element.focus();
			element.editor.setSelectedRange(range);
			element.editor.recordUndoEntry("dialog");
			change(element.editor);
			range = element.editor.getSelectedRange();
		},
		refuse(text, field) {
			wrong.textContent = text;
			wrong.hidden = false;
			field.setAttribute("aria-invalid", "true");
			field.focus();
		},
	};
}

export function linkDialog(root, element, clean) {
	const dialog = root.querySelector("[data-rich-dialog=link]");
	const [page, address, text] = ["page", "address", "text"].map((name) => dialog.querySelector(`[data-${name}]`));
	const box = modal(dialog, element);
	page?.addEventListener("change", () => {
		address.value = page.value;
		if (text.value === "" && page.value !== "") text.value = page.selectedOptions[0].textContent;
	});
	dialog.querySelector("[data-done]").addEventListener("click", () => {
		let href = address.value.trim();
		if (/^www\./i.test(href)) href = `https://${href}`;
		if (/^[^@\s:/]+@[^@\s:/]+$/.test(href)) href = `mailto:${href}`;
		if (!clean.isAddress(href)) return box.refuse("ที่อยู่ต้องขึ้นต้นด้วย https:// หรือ / หรือเป็นอีเมล", address);
		box.finish((editor) => {
			const label = text.value.trim() || href;
			const chosen = editor.getDocument().getStringAtRange(editor.getSelectedRange());
			if (chosen === label) return editor.activateAttribute("href", href);
			const [start] = editor.getSelectedRange();
			editor.insertString(label);
			editor.setSelectedRange([start, start + label.length]);
			editor.activateAttribute("href", href);
			editor.setSelectedRange(start + label.length);
			editor.deactivateAttribute("href");
		});
	});
	dialog.querySelector("[data-remove]").addEventListener("click", () => box.finish((editor) => editor.deactivateAttribute("href")));
	return () => {
		const { editor } = element;
		if (editor.attributeIsActive("href")) editor.expandSelectionAroundCommonAttribute?.("href");
		const range = box.open();
		const here = editor.getDocument().getCommonAttributesAtRange(range).href ?? "";
		address.removeAttribute("aria-invalid");
		address.value = here;
		if (page) page.value = [...page.options].some((option) => option.value === here) ? here : "";
		text.value = editor.getDocument().getStringAtRange(range).replace(/\s+/g, " ").trim();
		dialog.querySelector("[data-remove]").hidden = here === "";
	};
}

export function pictureDialog(root, element, clean) {
	const dialog = root.querySelector("[data-rich-dialog=picture]");
	if (!dialog) return undefined;
	const [list, alt, said] = ["list", "alt", "said"].map((name) => dialog.querySelector(`[data-${name}]`));
	const box = modal(dialog, element);
	let pictures = [];

	function choice(picture, i) {
		const label = document.createElement("label");
		const radio = Object.assign(document.createElement("input"), { type: "radio", name: `${element.getAttribute("input")}-picture`, value: i });
		const image = Object.assign(document.createElement("img"), { src: `/backend/file/${picture.hash}`, alt: "", loading: "lazy" });
		label.append(radio, image, picture.name);
		return label;
	}

	async function fetchList() {
		said.textContent = "กำลังเปิดรายการรูปภาพ";
		list.querySelectorAll("label").forEach((label) => label.remove());
		try {
			const answer = await fetch(root.dataset.pictures, { headers: { Accept: "application/json" }, redirect: "manual" });
			if (!answer.ok) throw new Error(answer.status);
			pictures = (await answer.json()).filter((picture) => /^[0-9a-f]{64}$/.test(picture.hash));
			list.append(...pictures.map(choice));
			said.textContent = pictures.length > 0 ? `มี ${pictures.length} รูป` : "ยังไม่มีรูปภาพ กรุณาเพิ่มรูปที่เมนูไฟล์ก่อน";
		} catch {
			said.textContent = "เปิดรายการรูปภาพไม่สำเร็จ กรุณาปิดแล้วลองอีกครั้ง";
		}
	}

	dialog.querySelector("[data-done]").addEventListener("click", () => {
		const picked = list.querySelector("input:checked");
		if (!picked) return box.refuse("กรุณาเลือกรูปภาพ", list.querySelector("input") ?? alt);
		if (alt.value.trim() === "") return box.refuse("กรุณาใส่คำอธิบายรูปภาพ", alt);
		box.finish((editor) => editor.insertHTML(clean.figure(pictures[picked.value], alt.value.trim())));
	});
	return () => {
		alt.value = "";
		alt.removeAttribute("aria-invalid");
		box.open();
		fetchList();
	};
}
