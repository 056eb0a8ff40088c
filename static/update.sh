#!/bin/sh
# Copies the fonts, the icons and the rich editor that the portal serves from their npm packages.
# Run by `make assets`; what it writes is committed, so that neither building
# nor running the portal needs Node. Usage: static/update.sh
set -eu
cd "$(dirname "$0")/.."

sarabun=@fontsource/sarabun@5.3.0
plex=@fontsource/ibm-plex-sans-thai@5.3.0
lucide=lucide-static@1.62.0
trix=trix@2.1.19

icons="arrow-down arrow-left arrow-right arrow-up ban bold book-open book-open-check building-2 chart-column
chevron-left chevron-right circle circle-alert circle-check circle-question-mark
circle-user-round clock contrast copy download external-link eye eye-off file-clock
file-down file-spreadsheet file-text folder-open funnel globe grip-vertical heading-2 heading-3 history
house image info italic key-round laptop
layers link list list-indent-decrease list-indent-increase list-ordered list-tree log-in log-out mail map-pin megaphone menu monitor move
network pause pencil phone pin play plus printer qr-code redo-2 refresh-cw rotate-ccw rotate-cw
scroll-text search shield-check smartphone star text-quote trash-2 undo-2 upload user-check users x"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# fetch <package>: unpacks it and prints the folder.
fetch() {
	dir=$(mktemp -d "$tmp/XXXXXX")
	(cd "$dir" && npm pack --silent "$1" >/dev/null && tar -xzf ./*.tgz)
	echo "$dir/package"
}

from=$(fetch "$sarabun")
for weight in 400 600; do
	for script in thai latin; do
		cp "$from/files/sarabun-$script-$weight-normal.woff2" static/fonts/
	done
done
cp "$from/LICENSE" static/fonts/LICENSE-sarabun.txt

from=$(fetch "$plex")
for script in thai latin; do
	cp "$from/files/ibm-plex-sans-thai-$script-600-normal.woff2" static/fonts/
done
cp "$from/LICENSE" static/fonts/LICENSE-ibm-plex-sans-thai.txt

from=$(fetch "$lucide")
rm -f templates/component/icons/*.svg
for icon in $icons; do
	cp "$from/icons/$icon.svg" templates/component/icons/
done
cp "$from/LICENSE" templates/component/icons/LICENSE

from=$(fetch "$trix")
sed '/^\/\/# sourceMappingURL=/d' "$from/dist/trix.esm.min.js" >static/js/trix.js
cp "$from/LICENSE" static/js/LICENSE-trix.txt
chmod 644 static/js/trix.js static/js/LICENSE-trix.txt static/fonts/* templates/component/icons/*
