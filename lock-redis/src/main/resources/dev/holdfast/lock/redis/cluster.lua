-- On a Cluster PUBLISH is heard on every node, and answers how many hear it on this one.
counts_all = false

