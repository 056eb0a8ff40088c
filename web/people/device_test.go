package people

import (
	"testing"
)

func TestDescribeDevice(t *testing.T) {
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                {"Chrome 140 · Windows", "monitor"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                  {"Edge 140 · Windows", "monitor"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                          {"Safari 18 · macOS", "monitor"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0":                                                                         {"Firefox 143 · Linux", "monitor"},
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                                {"Chrome 140 · Android 10", "smartphone"},
		"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36": {"Samsung Browser 28 · Android 14", "smartphone"},
		"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1":                 {"Safari 17 · iOS 17", "smartphone"},
		"": {"ไม่ทราบชนิดอุปกรณ์", "monitor"},
	} {
		if name, icon := describeDevice(agent); name != want[0] || icon != want[1] {
			t.Errorf("%s\n%s %s, want %s", agent, name, icon, want)
		}
	}
}
