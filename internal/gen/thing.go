package gen

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A thing is an identity and what stands for it in its tenant.
type thing struct {
	id       string // TENANT/NAME
	kind     string
	owner    string
	backup   string
	purpose  string
	tier     string
	expires  string
	looked   string // date of the last recertification
	looker   string
	dept     string
	systems  []string
	access   []string
	data     string
	note     string
	live     string // id in the tenant
	approval string
	labels   map[string]string

	app, account, auth, host string // connector; auth of a webhook too
	scopes                   []string
	vault                    string
	rotated                  string
	issuedTo, lifetime       string
	trigger, cron            string
	uses                     []int // numbers of other things
	steps                    []step
	path                     string
	workflow                 int // number of the workflow of a webhook or a bot
	login, role              string

	o Options
	i int
}

type step struct{ app, operation, effect string }

// cell is how many identities belong together: a trade with its connectors, a
// workflow that gives access, and what is around them. Each refers only to
// those before it, so that a registry may end anywhere.
const cell = 8

// thing is identity i.
func (o Options) thing(i int) thing {
	n, r := i/cell, rand.New(rand.NewPCG(o.Seed, uint64(i)))
	t := thing{o: o, i: i, tier: "change-capable", data: pick(r, "internal", "confidential", "restricted")}
	trade := trades[o.draw(n, 0, len(trades))]
	switch i % cell {
	case 0:
		t.connector(trade.from, "source", fmt.Sprintf("Lets the %s workflow number %d read from %s", trade.what, n, trade.from.name))
	case 1:
		t.connector(trade.to, "target", fmt.Sprintf("Lets the %s workflow number %d write into %s", trade.what, n, trade.to.name))
	case 2:
		t.trade(trade, r)
	case 3:
		t.directory()
	case 4:
		t.provisioning()
	case 5:
		t.webhook(r)
	case 6:
		t.token()
	case 7:
		t.last()
	}
	t.common(r)
	return t
}

// draw is a number below limit that depends on a cell and a purpose alone.
func (o Options) draw(n, purpose, limit int) int {
	return rand.New(rand.NewPCG(o.Seed+uint64(purpose)*7919, uint64(n))).IntN(limit)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (o Options) tenant(n int) int { return n % o.Tenants }

func (o Options) tenantName(t int) string {
	return fmt.Sprintf("%s-%03d", regions[t%len(regions)], t)
}

func (o Options) environment(t int) string {
	if t%4 == 3 {
		return "test"
	}
	return "production"
}

// name names the thing after its cell and its part in it.
func (t *thing) name(part string) {
	n := t.i / cell
	tenant := t.o.tenant(n)
	trade := trades[t.o.draw(n, 0, len(trades))]
	t.id = fmt.Sprintf("%s/%s-%06d-%s", t.o.tenantName(tenant), trade.what, n, part)
	t.live = fmt.Sprintf("%s-%06d-%s", t.kind, n, part)
}

func (t *thing) system(app string) string {
	return app + "-" + t.o.environment(t.o.tenant(t.i/cell))
}

func (t *thing) connector(a application, part, purpose string) {
	t.kind, t.purpose = "connector", purpose
	t.name(part)
	t.app, t.auth, t.scopes = a.key, "oauth2", a.scopes
	t.account = fmt.Sprintf("svc-%06d-%s-%s@example.com", t.i/cell, part, t.o.environment(t.o.tenant(t.i/cell)))
	t.host = t.system(a.key) + ".example.com"
	t.vault = "integrations/" + t.id
	t.systems = []string{t.system(a.key)}
}

func (t *thing) trade(tr trade, r *rand.Rand) {
	t.kind, t.purpose = "workflow", fmt.Sprintf("Copies %s from %s to %s for branch %d so that nobody types them twice", tr.things, tr.from.name, tr.to.name, t.i/cell)
	t.name("copy")
	t.trigger, t.cron = "schedule", fmt.Sprintf("%d %d * * *", r.IntN(60), r.IntN(24))
	t.uses = []int{t.i - 2, t.i - 1}
	t.steps = []step{{tr.from.key, tr.from.read, "none"}, {tr.to.key, tr.to.write, "none"}}
	t.systems = []string{t.system(tr.from.key)}
	if tr.to.key != tr.from.key {
		t.systems = append(t.systems, t.system(tr.to.key))
	}
	t.note = "writes up to a few hundred records a night"
}

func (t *thing) directory() {
	a := directories[t.o.draw(t.i/cell, 1, len(directories))]
	t.connector(a, "directory", fmt.Sprintf("Lets the joiner workflow number %d make accounts in %s", t.i/cell, a.name))
	t.rules("accounts", "groups")
}

// rules makes the thing one that rules access.
func (t *thing) rules(access ...string) {
	t.tier, t.access, t.approval, t.data = "privileged", access, "grant-access", "restricted"
}

func (t *thing) provisioning() {
	a := directories[t.o.draw(t.i/cell, 1, len(directories))]
	t.kind, t.purpose = "workflow", fmt.Sprintf("Makes the accounts of new colleagues of branch %d before their first day", t.i/cell)
	t.name("joiners")
	t.trigger = "webhook"
	t.uses = []int{t.i - 1}
	t.steps = []step{{a.key, a.write, "grant"}}
	t.systems = []string{t.system(a.key)}
	t.rules("accounts", "groups")
	t.note = "a wrong entry upstream becomes an account"
}

func (t *thing) webhook(r *rand.Rand) {
	a := directories[t.o.draw(t.i/cell, 1, len(directories))]
	t.kind, t.purpose = "webhook", fmt.Sprintf("The personnel system of branch %d calls it when a contract is signed", t.i/cell)
	t.name("hired")
	t.auth, t.path = pick(r, "header", "jwt"), fmt.Sprintf("/webhook/hired-%06d", t.i/cell)
	t.workflow = t.i - 1
	t.systems = []string{t.system(a.key)}
	t.rules("accounts", "groups")
}

func (t *thing) token() {
	t.kind, t.purpose = "token", fmt.Sprintf("Lets the pipeline of branch %d run the workflows that were reviewed", t.i/cell)
	t.name("deploy")
	t.issuedTo, t.lifetime = "the deployment pipeline", "90d"
	t.scopes = []string{"workflow:execute", "workflow:read"}
	if t.o.Platform == "n8n" {
		t.scopes = []string{"workflow:activate", "workflow:list", "workflow:read"}
	}
	t.vault = "pipelines/" + t.id
	t.systems = []string{t.system("platform")}
}

func (t *thing) last() {
	n := t.i / cell
	if n%10 == 9 {
		t.kind, t.purpose = "approvalBot", fmt.Sprintf("Asks two people of branch %d in the chat whether somebody may have an account", n)
		t.name("asks")
		t.workflow = t.i - 3
		t.systems = []string{t.system(directories[t.o.draw(n, 1, len(directories))].key)}
		t.rules("accounts")
		return
	}
	t.kind, t.purpose = "serviceAccount", fmt.Sprintf("Signs in every night to save the workflows of branch %d elsewhere", n)
	t.name("backup")
	t.login = fmt.Sprintf("backup-%06d@example.com", n)
	t.role = "member"
	if t.o.Platform == "n8n" {
		t.role = "global:member"
	}
	t.systems = []string{t.system("platform")}
}

// common fills in what every identity has.
func (t *thing) common(r *rand.Rand) {
	day := func(days int) string { return t.o.Today.AddDate(0, 0, days).Format(time.DateOnly) }
	team := t.o.draw(t.i/cell, 2, teams)
	t.owner = "team/" + teamName(team)
	t.backup = "person/" + personName((team+1)%teams, 1)
	t.looker = "person/" + personName((team+2)%teams, 2)
	t.dept = departments[team%len(departments)]
	t.expires = day(40 + r.IntN(45))
	t.looked = day(-r.IntN(50))
	t.rotated = day(-r.IntN(50))
	t.labels = map[string]string{"cost-centre": fmt.Sprint(4000 + t.o.draw(t.i/cell, 3, 900)), "ticket": fmt.Sprintf("INT-%d", 10000+t.i)}
}
