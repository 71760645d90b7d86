package gitfs

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// An sshServer publishes repositories to who has one of its keys.
type sshServer struct {
	*testing.T
	address string
	config  *ssh.ServerConfig
}

// serveSSH begins a server whose own key the client knows, and an agent with a
// key that the server accepts.
func serveSSH(t *testing.T) *sshServer {
	t.Helper()
	key := func() (ed25519.PrivateKey, ssh.Signer) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewSignerFromKey(private)
		if err != nil {
			t.Fatal(err)
		}
		return private, signer
	}
	private, reader := key()
	_, own := key()
	s := &sshServer{T: t, config: &ssh.ServerConfig{
		PublicKeyCallback: func(c ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
			if c.User() != "git" || !bytes.Equal(offered.Marshal(), reader.PublicKey().Marshal()) {
				return nil, errors.New("not known")
			}
			return nil, nil
		},
	}}
	s.config.AddHostKey(own)
	s.address = listen(t, "tcp", "127.0.0.1:0", s.connection)
	hosts := filepath.Join(t.TempDir(), "known_hosts")
	line := knownhosts.Line([]string{knownhosts.Normalize(s.address)}, own.PublicKey())
	if err := os.WriteFile(hosts, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSH_KNOWN_HOSTS", hosts)

	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	listen(t, "unix", socket, func(c net.Conn) { agent.ServeAgent(keys, c) })
	t.Setenv("SSH_AUTH_SOCK", socket)
	return s
}

// listen hands connections to serve until the test ends.
func listen(t *testing.T, network, address string, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

func (s *sshServer) connection(c net.Conn) {
	_, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for open := range channels {
		channel, requests, err := open.Accept()
		if err != nil {
			return
		}
		go s.session(channel, requests)
	}
}

// session runs "git-upload-pack '<folder>'" and nothing else.
func (s *sshServer) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for request := range requests {
		folder, ok := "", false
		if request.Type == "exec" && len(request.Payload) > 4 {
			folder, ok = strings.CutPrefix(string(request.Payload[4:]), "git-upload-pack ")
		}
		request.Reply(ok, nil)
		if !ok {
			continue
		}
		cmd := exec.Command("git", "upload-pack", strings.Trim(folder, "'"))
		cmd.Env, cmd.Stdout, cmd.Stderr = gitEnv(0), channel, channel.Stderr()
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		go func() {
			defer in.Close()
			buffer := make([]byte, 1<<16)
			for {
				n, err := channel.Read(buffer)
				in.Write(buffer[:n])
				if err != nil {
					return
				}
			}
		}()
		status := make([]byte, 4)
		if cmd.Run() != nil {
			binary.BigEndian.PutUint32(status, 128)
		}
		channel.SendRequest("exit-status", false, status)
		return
	}
}

// TestCloneBySSH clones with a key of the agent, from a server whose key is
// known, and asks nobody for anything when either is missing.
func TestCloneBySSH(t *testing.T) {
	s := newSource(t)
	first := s.put("a", "1")
	server := serveSSH(t)
	address, cache := "ssh://git@"+server.address+s.dir, t.TempDir()
	want := func(commit string) {
		t.Helper()
		r, err := Clone(t.Context(), address, "HEAD", cache, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c := head(t, r); c.Hash != commit {
			t.Errorf("got %s, want %s", c.Hash, commit)
		}
	}
	want(first)
	want(s.put("a", "2"))

	refused := func(what, address string, want Problem) {
		t.Helper()
		_, err := Clone(t.Context(), address, "HEAD", t.TempDir(), nil)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %q", what, err, want.Code)
		}
	}
	refused("another folder", address+"-none", errNotThere)
	refused("another user", strings.Replace(address, "git@", "root@", 1), errAccess)
	agent := os.Getenv("SSH_AUTH_SOCK")
	t.Setenv("SSH_AUTH_SOCK", "")
	refused("no agent", address, errAccess)
	t.Setenv("SSH_AUTH_SOCK", agent)
	t.Setenv("SSH_KNOWN_HOSTS", os.DevNull)
	refused("an unknown server", address, errHost)
}
