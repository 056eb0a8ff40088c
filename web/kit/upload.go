package kit

import (
	"errors"
	"io"
	"net/http"

	"portal/internal/kit/problem"
)

// UploadedFile takes the one file out of a form without a copy on the disk.
// missing is what to say where there is none.
func UploadedFile(r *http.Request, field, missing string) (name string, content []byte, err error) {
	none := problem.Fields(map[string]string{field: missing})
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, none
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, none
		}
		if err != nil {
			return "", nil, BadForm(err)
		}
		if part.FormName() != field || part.FileName() == "" {
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", nil, BadForm(err)
		}
		return part.FileName(), content, nil
	}
}
