package dev.holdfast.lock.tck.model;

import dev.holdfast.lock.tck.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a state of the model of docs/etcd.md breaks a rule. */
final class EtcdBreaches {
    private EtcdBreaches() {}

    static @Nullable String of(EtcdState state, Rule rule) {
        return switch (rule) {
            case S1 -> {
                List<String> holders = state.clients.stream()
                        .filter(EtcdClient::believes)
                        .map(client -> EtcdState.nameOf(client.id()) + " (token " + client.token + ")")
                        .toList();
                yield holders.size() < 2 ? null : String.join(" and ", holders) + " hold at the same time";
            }
            case S2 -> state.tokenFell ? "a grant has a lower token than one before it" : null;
            case S4 ->
                state.clients.stream()
                        .filter(EtcdClient::believes)
                        .filter(client -> !state.isFirst(client.id())
                                || state.createdOf(client.id()) != client.token
                                || state.lease(client.session).left() < EtcdState.TTL - client.sessionAge)
                        .map(client ->
                                EtcdState.nameOf(client.id()) + " believes to hold for longer than the server says")
                        .findFirst()
                        .orElse(null);
            case S10 ->
                state.ended.stream()
                        .filter(id -> state.createdOf(id) > 0)
                        .map(id -> EtcdState.nameOf(id) + " has left, and has an entry in the queue")
                        .findFirst()
                        .orElse(null);
            default -> null;
        };
    }
}
