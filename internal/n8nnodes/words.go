package n8nnodes

import "strings"

// set is the words of a text.
func set(text string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(text) {
		all[w] = true
	}
	return all
}

// verbs are what n8n's names and actions begin with. A word that may mean
// either ("run", "execute", "query", "call", "generate", "apply") is not here.
var verbs = func() map[string]doing {
	all := map[string]doing{}
	for does, text := range map[doing]string{
		reads: `get gets list lists search searches find lookup look read reads download downloads count retrieve
			retrieves return returns check checks exists exist select fetch
			analyze translate classify transcribe detect moderate summarize`,
		writes: `create creates update updates upsert delete deletes remove removes add adds set sets insert append send sends
			upload uploads move copy edit archive unarchive rename publish unpublish post reply push clear close cancel
			complete merge lock unlock start stop pause resume restart trigger submit save subscribe unsubscribe pin star
			like retweet mark trash untrash restore duplicate clone resend reschedule schedule import write dispatch
			redeploy deploy activate deactivate enable disable void ship replicate register track approve assign
			unassign reopen open commit install change drop terminate reset renew refresh replace undo clears make
			launch increment incr link unlink book rotate notify undelete cut kill redirect vote pull
			tag sign label react`,
		rules: `share shares invite invites reinvite kick kicks ban bans unban join joins leave leaves grant revoke revokes
			promote demote impersonate`,
	} {
		for w := range set(text) {
			all[w] = does
		}
	}
	return all
}()

// gives and takes are the verbs that give access and take it, where they are
// about what rules it; the others change it.
var (
	gives = strings.Fields("create creates add adds insert upload invite invites reinvite share shares join joins unban grant enable activate unlock restore undelete approve import register promote")
	takes = strings.Fields("delete deletes remove removes kick kicks ban bans leave leaves revoke revokes disable deactivate lock archive unassign unlink drop trash terminate")
)

// accounts are the things whose writing is a writing of access.
var accounts = set(`user member membership group role permission invitation invite token key secret policy credential password
	admin administrator owner collaborator identity passcode team access privilege entitlement`)

// secrets are the things whose reading is more than a reading.
var secrets = set("token key secret credential password")

// customers are the resources that are called users or members, and are the
// people whom a company writes to and not those who sign in to work.
var customers = set2("intercom user", "mailchimp member", "mailchimp memberTag", "orbit member", "orbit activity", "iterable user", "iterable userList",
	"vero user", "customerIo customer", "onfleet team", "segment identify", "segment track", "segment group", "postHog identity")

// namesakes are the resources whose names hold such a word and mean another
// thing: a group of rows, a key result, the token of a payment.
var namesakes = set2("clickUp goalKeyResult", "mondayCom boardGroup", "taiga userStory", "stripe token")

// staff are the resources that are accounts or rights under another name.
var staff = set2("freshservice agent", "freshservice requester", "bambooHr employee", "onfleet worker", "bitwarden collection",
	"googleDrive drive", "gSuiteAdmin device", "ldap ")

// anything are the resources that stand for records of any kind, those of
// accounts and rights among them.
var anything = set2("serviceNow tableRecord", "odoo custom", "erpNext document", "salesforce customObject", "microsoftDataverse row")

func set2(pairs ...string) map[string]bool {
	all := map[string]bool{}
	for _, p := range pairs {
		all[p] = true
	}
	return all
}

// judged are the operations that a person looked at because their words
// mislead, and those of nodes that offer none.
var judged = map[string]Class{
	// Code and commands.
	"executeCommand run": Host, "ssh command:execute": Any, "code run": Any, "function run": Any, "functionItem run": Any,
	"aiTransform run": Any, "toolCode run": Any,
	// Nodes without operations.
	"writeBinaryFile run": Change, "readBinaryFile run": Reading, "readBinaryFiles run": Reading,
	"emailSend run": Change, "mailgun run": Change, "amqp run": Change, "kafka run": Change, "mqtt run": Change,
	// A model is shown what it is asked; it keeps nothing and does nothing by itself.
	"openAi text:message": Reading, "anthropic text:message": Reading, "googleGemini text:message": Reading,
	"ollama text:message": Reading, "minimax text:message": Reading, "moonshot text:message": Reading, "alibabaCloud text:message": Reading,
	// These read, and n8n's words are other ones.
	"confluence search:query": Reading, "dropbox search:query": Reading, "freshworksCrm search:query": Reading,
	"salesforce search:query": Reading, "googleFirebaseCloudFirestore document:query": Reading, "redis keys": Reading,
	"jwt decode": Reading, "jwt verify": Reading,
	// These write, and n8n's words are other ones or mean something else here.
	"git fetch": Change, "git userSetup": Change, "git switchBranch": Change, "redis pop": Change, "telegram message:sendMediaGroup": Change, "youTube video:rate": Change,
	"discord member:sendLegacy": Change, "microsoftExcel table:convertToRange": Change, "microsoftExcelSharePoint table:convertToRange": Change, "theHiveProject alert:promote": Change, "wise transfer:execute": Change,
	// These rule access, and n8n's words are other ones.
	"discord member:timeout": Revoke, "jenkins instance:exit": Change, "jenkins instance:safeExit": Change, "jenkins instance:quietDown": Change,
	// What comes out of these may be a key that opens something.
	"jwt sign": Unknown, "totp generateSecret": Unknown,
}
