// Package approval judges approval policies: the Cedar texts of a repository's
// policies/ folder. It reads them, holds them to their schema, and puts
// hypothetical requests to them to learn what they would let pass.
//
// A policy can be questioned where its schema has this shape. The principal is
// what changes access, an identity of the registry; what it changes is of any
// type that the schema likes to declare:
//
//	action "grant", "revoke", "modify" appliesTo {
//		principal: identity,
//		resource: [account, group],
//		context: {
//			requester: person,        // who asks
//			approvers: Set<person>,   // who said yes
//			approvals: Long,          // how many different ones did
//		},
//	};
//
// Context may hold more, and approvals may be left out. The entities identity,
// person, team and tenant are the registry's; see [Trial] for what it knows of
// them. Whatever else a policy reads is tried as each value that the policy
// itself writes, and as one that it does not write; texts as one for each set of
// its patterns that can hold together. Where that may leave something out, the
// answer is that it is unknown.
package approval
