package editing

import "testing"

func TestChangedAsksForInputsAlone(t *testing.T) {
	live := Fields{"title": "ก", shownField: "1"}
	if before, after := changed(live, Fields{"title": "ก"}); len(before)+len(after) > 0 {
		t.Errorf("what has no such input was hidden: %v, %v", before, after)
	}
	if _, after := changed(live, Fields{"title": "ก", shownField: ""}); len(after) != 1 {
		t.Errorf("hidden: %v", after)
	}
}
