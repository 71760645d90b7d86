package output

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestExchange(t *testing.T) {
	parent := t.TempDir()
	a, b := filepath.Join(parent, "a"), filepath.Join(parent, "b")
	publish(t, a, map[string]string{"x": "1"})
	publish(t, b, map[string]string{"y": "2"})
	if err := exchange(a, b); err != nil {
		t.Fatal(err)
	}
	expect(t, a, map[string]string{"y": "2", "build.json": record})
	expect(t, b, map[string]string{"x": "1", "build.json": record})
	if err := exchange(a, filepath.Join(parent, "missing")); err == nil {
		t.Error("exchanged with nothing")
	}
}

// TestNeverAbsent looks at the folder while it is published again and again.
func TestNeverAbsent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	publish(t, dir, nil)
	done := make(chan bool)
	go func() {
		defer close(done)
		for range 50 {
			publish(t, dir, map[string]string{"a": "x"})
		}
	}()
	for looks := 0; ; looks++ {
		select {
		case <-done:
			t.Logf("looked %d times", looks)
			return
		default:
			if _, err := os.Stat(filepath.Join(dir, Record)); err != nil {
				t.Errorf("the folder was gone: %v", err)
				<-done
				return
			}
		}
	}
}

// A bind mount lies on the same device as its parent; needs privileges.
func TestCreateRefusesBindMounts(t *testing.T) {
	parent := t.TempDir()
	from, to := filepath.Join(parent, "from"), filepath.Join(parent, "to")
	publish(t, from, nil)
	if err := os.Mkdir(to, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(to, 0); err != nil {
			t.Error(err)
		}
	})
	if _, err := Create(to, ""); err == nil {
		t.Error("a bind mount was accepted")
	}
	if err := exchange(from, to); err == nil {
		t.Error("the kernel exchanged a mount point")
	}
}
