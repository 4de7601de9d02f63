-- Everything that looks across tenants, and nothing else. Each function runs as the owner of the schema, with a pinned
-- search path; db/migrations/overlay.py lets the application role alone execute them. Secrets arrive as SHA-256 only.
-- Whoever acts is named by p_actor and checked here, besides the check at the edge.

-- The token with this hash and its user; state: valid, expired, revoked or disabled (the user is).
CREATE FUNCTION migration.find_token(p_hash bytea)
RETURNS TABLE (
    token_id uuid, user_id uuid, kind text, email text, display_name text, is_platform_admin boolean,
    state text, expires_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT t.id, u.id, t.kind, u.email, u.display_name, u.is_platform_admin,
        CASE
            WHEN u.disabled_at IS NOT NULL THEN 'disabled'
            WHEN t.revoked_at IS NOT NULL THEN 'revoked'
            WHEN t.expires_at <= now() THEN 'expired'
            ELSE 'valid'
        END,
        t.expires_at
    FROM api_tokens AS t JOIN users AS u ON u.id = t.user_id
    WHERE t.token_hash = p_hash
$$;

-- Note that a token was used, at most once a minute: requests must not queue up behind one row.
CREATE FUNCTION migration.touch_token(p_token uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    UPDATE api_tokens SET last_used_at = now()
    WHERE id = p_token AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
$$;

CREATE FUNCTION migration.create_token(
    p_id uuid, p_user uuid, p_name text, p_hash bytea, p_kind text, p_expires_at timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    INSERT INTO api_tokens (id, user_id, name, token_hash, kind, expires_at)
    VALUES (p_id, p_user, p_name, p_hash, p_kind, p_expires_at)
$$;

-- Revoke a token of one's own, or anybody's as platform admin. False: there is no such token for this actor.
CREATE FUNCTION migration.revoke_token(p_actor uuid, p_token uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    WITH revoked AS (
        UPDATE api_tokens AS t SET revoked_at = coalesce(t.revoked_at, now())
        FROM users AS actor
        WHERE t.id = p_token AND actor.id = p_actor AND actor.disabled_at IS NULL
            AND (t.user_id = actor.id OR actor.is_platform_admin)
        RETURNING t.id
    )
    SELECT EXISTS (SELECT FROM revoked)
$$;

-- The tokens of a user, newest first, without their hashes.
CREATE FUNCTION migration.tokens_of(p_user uuid)
RETURNS TABLE (
    token_id uuid, name text, kind text, created_at timestamptz, expires_at timestamptz, revoked_at timestamptz,
    last_used_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT t.id, t.name, t.kind, t.created_at, t.expires_at, t.revoked_at, t.last_used_at
    FROM api_tokens AS t WHERE t.user_id = p_user ORDER BY t.created_at DESC, t.id DESC
$$;

CREATE FUNCTION migration.create_sign_in_link(p_id uuid, p_user uuid, p_hash bytea, p_expires_at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    INSERT INTO sign_in_links (id, user_id, secret_hash, expires_at) VALUES (p_id, p_user, p_hash, p_expires_at)
$$;

-- Exchange a link for a session token, once: the update locks the row, so of two at a time one finds it used.
-- No row: the link is unknown, used or expired, or its user is disabled.
CREATE FUNCTION migration.redeem_sign_in_link(
    p_hash bytea, p_token uuid, p_token_hash bytea, p_token_expires_at timestamptz
) RETURNS TABLE (user_id uuid, email text, display_name text, is_platform_admin boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    WITH link AS (
        UPDATE sign_in_links AS l SET used_at = now()
        FROM users AS u
        WHERE l.secret_hash = p_hash AND l.used_at IS NULL AND l.expires_at > now()
            AND u.id = l.user_id AND u.disabled_at IS NULL
        RETURNING u.id, u.email, u.display_name, u.is_platform_admin
    ), token AS (
        INSERT INTO api_tokens (id, user_id, name, token_hash, kind, expires_at)
        SELECT p_token, link.id, 'browser session', p_token_hash, 'session', p_token_expires_at FROM link
    )
    SELECT link.id, link.email, link.display_name, link.is_platform_admin FROM link
$$;

-- The user with this e-mail address, made when new; what an existing one is called or may do does not change.
CREATE FUNCTION migration.ensure_user(p_id uuid, p_email text, p_display_name text, p_is_platform_admin boolean)
RETURNS TABLE (user_id uuid, email text, display_name text, is_platform_admin boolean, disabled_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
BEGIN
    INSERT INTO users AS u (id, email, display_name, is_platform_admin)
    VALUES (p_id, p_email, p_display_name, p_is_platform_admin)
    ON CONFLICT DO NOTHING;
    RETURN QUERY
        SELECT u.id, u.email, u.display_name, u.is_platform_admin, u.disabled_at FROM users AS u WHERE u.email = p_email;
END
$$;

-- What people are called, as far as they have to do with the client of the transaction; of nobody else a word.
CREATE FUNCTION migration.names_of(p_users uuid[]) RETURNS TABLE (user_id uuid, display_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT u.id, u.display_name
    FROM users AS u
    WHERE u.id = ANY (p_users) AND (
        u.is_platform_admin OR EXISTS (
            SELECT FROM memberships AS m
            WHERE m.user_id = u.id AND m.client_account_id = current_setting('muster.client_account_id')::uuid
        )
    )
$$;

-- The engagements a user may enter, with the roles held there; for a platform admin all of them.
CREATE FUNCTION migration.tenants_of(p_user uuid)
RETURNS TABLE (
    client_account_id uuid, client_name text, engagement_id uuid, engagement_name text, archived_at timestamptz,
    roles text[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT c.id, c.name, e.id, e.name, e.archived_at,
        array_remove(
            array_agg(DISTINCT m.role) || CASE WHEN u.is_platform_admin THEN 'platform_admin' END, NULL
        )
    FROM users AS u
    CROSS JOIN engagements AS e
    JOIN client_accounts AS c ON c.id = e.client_account_id
    LEFT JOIN memberships AS m
        ON m.user_id = u.id AND m.client_account_id = c.id AND (m.engagement_id = e.id OR m.engagement_id IS NULL)
    WHERE u.id = p_user AND u.disabled_at IS NULL AND (u.is_platform_admin OR m.id IS NOT NULL)
    GROUP BY u.id, c.id, e.id
    ORDER BY c.name, e.name
$$;

-- The clients a user has to do with, also those without an engagement; roles held for the whole client.
CREATE FUNCTION migration.clients_of(p_user uuid)
RETURNS TABLE (client_account_id uuid, client_name text, roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT c.id, c.name,
        array_remove(
            array_agg(DISTINCT CASE WHEN m.engagement_id IS NULL THEN m.role END)
                || CASE WHEN u.is_platform_admin THEN 'platform_admin' END,
            NULL
        )
    FROM users AS u
    CROSS JOIN client_accounts AS c
    LEFT JOIN memberships AS m ON m.user_id = u.id AND m.client_account_id = c.id
    WHERE u.id = p_user AND u.disabled_at IS NULL AND (u.is_platform_admin OR m.id IS NOT NULL)
    GROUP BY u.id, c.id
    ORDER BY c.name
$$;

-- The roles of a user in one engagement of one client; no row when there is no such engagement.
CREATE FUNCTION migration.roles_in(p_user uuid, p_client uuid, p_engagement uuid) RETURNS TABLE (roles text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT ARRAY(
        SELECT m.role FROM memberships AS m JOIN users AS u ON u.id = m.user_id
        WHERE m.user_id = p_user AND u.disabled_at IS NULL AND m.client_account_id = e.client_account_id
            AND (m.engagement_id = e.id OR m.engagement_id IS NULL)
        UNION
        SELECT 'platform_admin' FROM users AS u
        WHERE u.id = p_user AND u.disabled_at IS NULL AND u.is_platform_admin
    )
    FROM engagements AS e WHERE e.id = p_engagement AND e.client_account_id = p_client
$$;

-- The client of this name, made when new. Only a platform admin may.
CREATE FUNCTION migration.ensure_client(p_actor uuid, p_id uuid, p_name text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = p_actor AND is_platform_admin AND disabled_at IS NULL) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only a platform admin makes a client';
    END IF;
    INSERT INTO client_accounts (id, name) VALUES (p_id, p_name) ON CONFLICT DO NOTHING;
    RETURN (SELECT id FROM client_accounts WHERE name = p_name);
END
$$;

-- The engagement of this name of one client, made when new. A platform admin may, and an admin of that client.
CREATE FUNCTION migration.ensure_engagement(p_actor uuid, p_client uuid, p_id uuid, p_name text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM users AS u
        LEFT JOIN memberships AS m ON m.user_id = u.id AND m.client_account_id = p_client AND m.role = 'client_admin'
        WHERE u.id = p_actor AND u.disabled_at IS NULL AND (u.is_platform_admin OR m.id IS NOT NULL)
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only an admin of the client makes an engagement';
    END IF;
    INSERT INTO engagements (id, client_account_id, name) VALUES (p_id, p_client, p_name)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO access_audit_logs
            (id, engagement_id, client_account_id, user_id, action, subject_kind, subject_id)
        VALUES (gen_random_uuid(), p_id, p_client, p_actor, 'engagement.created', 'engagement', p_id);
    END IF;
    RETURN (SELECT id FROM engagements WHERE client_account_id = p_client AND name = p_name);
END
$$;

-- Give a user a role in an engagement, or (p_engagement null, role client_admin) for the whole client.
-- A platform admin may, an admin of that client, and for engagement roles an admin of that engagement.
CREATE FUNCTION migration.set_member(
    p_actor uuid, p_id uuid, p_client uuid, p_engagement uuid, p_user uuid, p_role text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM users AS u
        LEFT JOIN memberships AS m ON m.user_id = u.id AND m.client_account_id = p_client
            AND (m.role = 'client_admin' OR (m.role = 'admin' AND m.engagement_id = p_engagement))
        WHERE u.id = p_actor AND u.disabled_at IS NULL AND (u.is_platform_admin OR m.id IS NOT NULL)
    ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'only an admin gives roles';
    END IF;
    IF (p_engagement IS NULL) <> (p_role = 'client_admin') THEN
        RAISE invalid_parameter_value USING MESSAGE = 'client_admin is held for a client, other roles in an engagement';
    END IF;
    INSERT INTO memberships (id, client_account_id, engagement_id, user_id, role)
    VALUES (p_id, p_client, p_engagement, p_user, p_role)
    ON CONFLICT (user_id, client_account_id, engagement_id) DO UPDATE SET role = excluded.role;
END
$$;

-- The engagement that an import, a flow or an asset belongs to. The id of an asset that was merged away or undone is
-- still the birth id of a claim: it shares its first 88 bits with the id of the claim's import.
CREATE FUNCTION migration.tenant_of(p_kind text, p_id uuid) RETURNS TABLE (client_account_id uuid, engagement_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, migration, pg_temp AS $$
    SELECT e.client_account_id, e.id
    FROM engagements AS e
    WHERE CASE p_kind
        WHEN 'import' THEN EXISTS (SELECT FROM data_imports AS i WHERE i.engagement_id = e.id AND i.id = p_id)
        WHEN 'flow' THEN EXISTS (
            SELECT FROM crewai_flow_state_extensions AS f WHERE f.engagement_id = e.id AND f.flow_id = p_id
        )
        WHEN 'asset' THEN EXISTS (SELECT FROM assets AS a WHERE a.engagement_id = e.id AND a.id = p_id)
            OR EXISTS (
                SELECT FROM data_imports AS i
                WHERE i.engagement_id = e.id
                    AND i.id BETWEEN (left(p_id::text, 26) || '0000000000')::uuid
                        AND (left(p_id::text, 26) || 'ffffffffff')::uuid
            )
    END
$$;
