package n8nserver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// encryptionKey is no secret: it guards test data on the loopback device. It is
// the same everywhere, so that a copied folder can be read where it is copied to.
const encryptionKey = "rollcall-test-encryption-key"

// Options vary a server. The zero value is what tests want.
type Options struct {
	// InstanceID is what the server says it is. Empty is one made from the name of
	// its folder: n8n would make it from the encryption key, and every server here
	// would pass for every other.
	InstanceID string
	// Env is set besides and over what is set here, as NAME=value.
	// NODE_ENV=production limits the rate of signing in, as n8n's container does.
	Env []string
}

// environment is all that n8n gets to see. Nothing is inherited: an operator's
// own N8N_ or DB_ settings would lead it to their data.
func (i Installation) environment(dir string, port, broker int, opts Options) []string {
	id := opts.InstanceID
	if id == "" {
		sum := sha256.Sum256([]byte(dir))
		id = hex.EncodeToString(sum[:])
	}
	return append([]string{
		"PATH=" + i.path("/usr/bin:/bin"),
		"HOME=" + dir,
		"N8N_USER_FOLDER=" + dir,
		"N8N_INSTANCE_ID=" + id,
		"N8N_ENCRYPTION_KEY=" + encryptionKey,
		"N8N_PORT=" + strconv.Itoa(port),
		"N8N_LISTEN_ADDRESS=127.0.0.1",
		"N8N_HOST=localhost",
		"N8N_SECURE_COOKIE=false",
		// It calls nobody: no telemetry, news, templates or licence server.
		"N8N_DIAGNOSTICS_ENABLED=false",
		"N8N_VERSION_NOTIFICATIONS_ENABLED=false",
		"N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED=false",
		"N8N_DYNAMIC_BANNERS_ENABLED=false",
		"N8N_TEMPLATES_ENABLED=false",
		"N8N_PERSONALIZATION_ENABLED=false",
		"N8N_HIRING_BANNER_ENABLED=false",
		"N8N_LICENSE_AUTO_RENEW_ENABLED=false",
		"N8N_DISABLED_MODULES=mcp-registry",
		// Runners would be a second process; without them Code nodes do not run.
		"N8N_RUNNERS_MODE=external",
		"N8N_RUNNERS_AUTH_TOKEN=x",
		"N8N_RUNNERS_BROKER_PORT=" + strconv.Itoa(broker),
	}, opts.Env...)
}

// freePorts finds two ports that nobody listens on, below those that the kernel
// gives to outgoing connections: such a one could be taken before n8n listens.
func freePorts() (port, broker int, err error) {
	var listeners []net.Listener
	for tries := 0; len(listeners) < 2 && tries < 100; tries++ {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(20000+rand.IntN(12000)))
		if err != nil {
			continue
		}
		defer l.Close()
		listeners = append(listeners, l)
	}
	if len(listeners) < 2 {
		return 0, 0, errors.New("find two free ports between 20000 and 32000: none in 100 tries")
	}
	return listeners[0].Addr().(*net.TCPAddr).Port, listeners[1].Addr().(*net.TCPAddr).Port, nil
}
