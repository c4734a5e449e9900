namespace OrleansSale.Tests.Load.Compare;

/// <summary>Which web server and store a contender is.</summary>
internal enum Host
{
    NoOp,
    NoOpWithTokens,
    Engine,
    RedisEverySecond,
    RedisAlways,
    Postgres,
}

/// <summary>What a request proves itself with.</summary>
internal enum Credential
{
    Ticket,
    Token,
    TokenAndTicket,
}

/// <summary>One of those who are compared.</summary>
/// <param name="Letter">How the issue of a comparison names it; two may share one.</param>
/// <param name="Name">Its name, in files and on the command line.</param>
/// <param name="Title">What it is, for a person.</param>
/// <param name="Host">Which server it runs on.</param>
/// <param name="Credential">What its requests carry.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
/// <param name="Refuses">Whether a refusal is measured: the batch is sold out, and nobody who asks holds a unit.</param>
internal sealed record Contender(
    string Letter, string Name, string Title, Host Host, Credential Credential, string Durability, bool Refuses = false)
{
    public const string NoOp = "noop", NoOpJwt = "noop-jwt", Purchase = "purchase", PurchaseJwt = "purchase-jwt",
        RedisEverySecond = "redis-everysec", RedisAlways = "redis-always", Postgres = "postgres", SoldOut = "soldout",
        RedisSoldOut = "redis-soldout";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Contender> All { get; } =
    [
        new("a", NoOp, "no-op POST, ticket", Host.NoOp, Credential.Ticket, "stores nothing"),
        new("a2", NoOpJwt, "no-op POST, stock JwtBearer", Host.NoOpWithTokens, Credential.Token, "stores nothing"),
        new("b", Purchase, "OrleansSale purchase, ticket", Host.Engine, Credential.Ticket, "fsync before the answer"),
        new("b2", PurchaseJwt, "OrleansSale purchase, JWT and ticket", Host.Engine, Credential.TokenAndTicket, "fsync before the answer"),
        new("c", RedisEverySecond, "Redis + Lua, AOF everysec", Host.RedisEverySecond, Credential.Ticket,
            "up to a second may be lost with the machine"),
        new("c", RedisAlways, "Redis + Lua, AOF always", Host.RedisAlways, Credential.Ticket, "fsync before the answer"),
        new("d", Postgres, "PostgreSQL, UPDATE + INSERT", Host.Postgres, Credential.Ticket, "fsync before the answer"),
        new("e", SoldOut, "OrleansSale, sold-out refusal", Host.Engine, Credential.Ticket, "writes nothing", Refuses: true),
        new("f", RedisSoldOut, "Redis + Lua, sold-out refusal", Host.RedisEverySecond, Credential.Ticket, "writes nothing", Refuses: true),
    ];

    /// <summary>Whether it is the engine.</summary>
    public bool IsOurs => Host == Host.Engine;

    /// <summary>Whether it keeps orders that can be audited.</summary>
    public bool Stores => Host is not (Host.NoOp or Host.NoOpWithTokens);

    /// <summary>Those that the list names, by letter or name; null if it names none that exists.</summary>
    public static IReadOnlyList<Contender>? Named(string list)
    {
        var names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = names.All(name => All.Any(contender => contender.IsNamed(name)));
        return known && names.Length > 0 ? [.. All.Where(contender => names.Any(contender.IsNamed))] : null;
    }

    private bool IsNamed(string name) => name == Letter || name == Name;
}
