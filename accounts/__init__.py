"""Custom user, roles, the policy table and the Actor: who may do what."""
