package dev.holdfast.lock.zookeeper;

/** Does not react to what happens to a session. */
final class Deaf implements ZooKeeperSession.Listener {
    @Override
    public void connected(ZooKeeperSession session) {}

    @Override
    public void disconnected(ZooKeeperSession session) {}

    @Override
    public void ended(ZooKeeperSession session) {}
}
