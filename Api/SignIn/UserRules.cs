using OrleansSale.Api.Http.Bodies;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Api.SignIn;

/// <summary>A user: the pair channel and subject.</summary>
public sealed class UserAttribute() : GrammarAttribute("^[a-z0-9-]{1,32}:[^/:]{1,128}$", "a user such as weibo:alice")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsUser(text);
}

/// <summary>The subject of a user.</summary>
public sealed class SubjectAttribute()
    : GrammarAttribute("^[^/:]{1,128}$", "1 to 128 printable characters without / and :")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsSubject(text);
}

/// <summary>The channel of a user.</summary>
public sealed class ChannelAttribute() : GrammarAttribute("^[a-z0-9-]{1,32}$", "1 to 32 of a-z, 0-9 and -")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsChannel(text);
}

/// <summary>The roles of a user in Development; one is written as a channel is.</summary>
public sealed class RolesAttribute() : OneOrManyAttribute(0, 8, "a role")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => UserId.IsChannel(text);
}
