package dev.holdfast.lock.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockUrlTest {
    @Test
    void everyPartIsReadAndDecoded() {
        LockUrl url = LockUrl.parse("PostgreSQL://app%40x:s%3Acr%2Fet@db1:5432,[::1]:5433,db3/or%20ders?a=b%26c&d=e+f");
        assertEquals("postgresql", url.scheme());
        assertEquals(Optional.of("app@x"), url.user());
        assertEquals(Optional.of("s:cr/et"), url.password());
        assertEquals(
                List.of(new LockUrl.Host("db1", 5432), new LockUrl.Host("::1", 5433), new LockUrl.Host("db3", 0)),
                url.hosts());
        assertEquals(new LockUrl.Host("db3", 7), url.hosts().get(2).orPort(7));
        assertEquals("or ders", url.path());
        assertEquals(Map.of("a", "b&c", "d", "e+f"), url.parameters());
    }

    @Test
    void whatAMessageShowsHoldsNoSecret() {
        LockUrl url = LockUrl.parse("redis://u:secret@h:1,[::1]:2/0?passwordFile=/secret&client.password=secret");
        assertEquals("redis://h:1,[::1]:2/0", url.toString());
        assertFalse(url.withPassword("secret").toString().contains("secret"));
        assertEquals("memory:x", LockUrl.parse("memory:x").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "redis",
                "://h",
                "redis://",
                "redis://:secret@",
                "redis://u:secret@h:99999",
                "redis://u:secret@h:x",
                "redis://h?secret",
                "redis://h?a=1&a=secret",
                "redis://h?a=%zz",
                "redis://h:1#secret"
            })
    void whatIsNoUrlIsRefusedWithoutASecretInTheMessage(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> LockUrl.parse(text));
        assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
    }
}
