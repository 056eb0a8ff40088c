package errorview

import (
	"fmt"
	"net/http"
	"time"
)

// text is what an error page says.
type text struct{ heading, what, next string }

const retry = "กรุณาลองใหม่อีกครั้ง หากยังพบปัญหา ติดต่อ Contact Center"

var texts = map[int]text{
	http.StatusBadRequest: {
		"คำขอไม่ถูกต้อง", "ระบบอ่านข้อมูลที่ส่งมาไม่ได้",
		"กรุณากลับไปหน้าก่อนแล้วทำรายการใหม่",
	},
	http.StatusForbidden: {
		"ไม่มีสิทธิ์เข้าถึงส่วนนี้", "บัญชีของท่านไม่มีสิทธิ์ดูหรือทำรายการนี้",
		"ตรวจสอบสิทธิ์ได้ที่บัญชีผู้ใช้งาน (Profile) หากสิทธิ์ไม่ถูกต้อง ติดต่อเจ้าหน้าที่ส่วนกลางต้นสังกัด",
	},
	http.StatusNotFound: {
		"ไม่พบหน้าที่ต้องการ", "หน้านี้อาจถูกย้าย หรือที่อยู่ไม่ถูกต้อง",
		"ตรวจสอบที่อยู่อีกครั้ง หรือเริ่มจากหน้าหลัก",
	},
	http.StatusMethodNotAllowed: {
		"ทำรายการด้วยวิธีนี้ไม่ได้", "หน้านี้ไม่รับคำขอแบบที่ส่งมา",
		"กรุณากลับไปหน้าก่อนแล้วใช้ปุ่มบนหน้าเว็บ",
	},
	http.StatusConflict: {
		"ข้อมูลมีการเปลี่ยนแปลงแล้ว", "มีผู้แก้ไขข้อมูลนี้ หรือทำรายการนี้ไปก่อนแล้ว",
		"กรุณาเปิดหน้านั้นใหม่เพื่อดูข้อมูลล่าสุด แล้วทำรายการอีกครั้ง",
	},
	http.StatusRequestEntityTooLarge: {
		"ข้อมูลมีขนาดใหญ่เกินไป", "ข้อมูลหรือไฟล์ที่ส่งมาใหญ่กว่าที่ระบบรับได้",
		"กรุณาลดขนาดแล้วส่งใหม่",
	},
	http.StatusMisdirectedRequest: {
		"ที่อยู่เว็บไซต์ไม่ถูกต้อง", "เว็บไซต์นี้ไม่ได้ให้บริการที่ที่อยู่ดังกล่าว",
		"กรุณาเปิด admin.info.go.th โดยตรง",
	},
	http.StatusUnprocessableEntity: {
		"ข้อมูลยังไม่ครบหรือไม่ถูกต้อง", "ระบบบันทึกข้อมูลที่ส่งมาไม่ได้",
		"กรุณากลับไปตรวจสอบข้อมูลแล้วส่งใหม่",
	},
	http.StatusTooManyRequests: {
		"ทำรายการบ่อยเกินไป", "ระบบพักการรับรายการของท่านไว้ชั่วคราว",
		"กรุณารอสักครู่แล้วลองใหม่",
	},
	http.StatusInternalServerError: {
		"ระบบขัดข้อง", "เกิดข้อผิดพลาดภายในระบบ รายการของท่านอาจยังไม่ถูกบันทึก", retry,
	},
	http.StatusServiceUnavailable: {
		"ระบบไม่พร้อมให้บริการชั่วคราว", "ระบบที่เกี่ยวข้องยังไม่ตอบสนอง",
		"กรุณารอสักครู่แล้วลองใหม่",
	},
}

func textOf(v View) text {
	t, ok := texts[v.Status]
	if !ok {
		t = text{"เกิดข้อผิดพลาด", "ระบบดำเนินการตามคำขอไม่ได้", retry}
	}
	if v.Message != "" {
		t.what = v.Message
	}
	if v.RetryAfter > 0 {
		t.next = "กรุณารอ " + wait(v.RetryAfter) + " แล้วลองใหม่"
	}
	return t
}

// wait rounds up, so that nobody comes back too early.
func wait(seconds int) string {
	minute := int(time.Minute / time.Second)
	if seconds < minute {
		return fmt.Sprintf("%d วินาที", seconds)
	}
	return fmt.Sprintf("%d นาที", (seconds+minute-1)/minute)
}
