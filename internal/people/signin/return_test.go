package signin

import "testing"

func TestA18_SafeReturn(t *testing.T) {
	for _, evil := range []string{
		"", "//e", "///e", `/\e`, `\\e`, "https:e", "https://e", "http:/e", "/%2f%2fe", "/\t/e", "\t//e", "javascript:alert(1)",
		"//a@e", "@e", "/backend@e", "/backend\r\nLocation: //e", "/backend/../..//e", "/backend/..", "/backend/%2e%2e/x",
		"/other", "/backendx", "/backend//e", `/backend\..\e`, "/backend/login", "/backend/logout", "data:text/html,x", "/backend/a%2fb",
		// What is only dangerous once it is decoded, as a proxy may do it twice.
		"/backend/%0D%0ALocation:x", "/backend/%5Ce", "/backend/%252f%252fe", "/backend/%252e%252e/x",
	} {
		if got := SafeReturn(evil); got != DefaultReturn {
			t.Errorf("SafeReturn(%q) = %q", evil, got)
		}
	}
	for _, good := range []string{"/backend", "/backend/profile", "/backend/token?role=x&page=2"} {
		if got := SafeReturn(good); got != good {
			t.Errorf("SafeReturn(%q) = %q", good, got)
		}
	}
}
