using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Silo.Http;

namespace OrleansSale.Silo.Channels;

/// <summary>What <c>Channels:{channel}:Posts:…</c> may be.</summary>
internal static class PostRules
{
    /// <summary>The faults, a line each; each names its key and never a secret.</summary>
    public static IEnumerable<string> FaultsOf(string path, PostsOptions posts, bool isDevelopment) => posts.Kind switch
    {
        null => [$"{path}:Kind is missing: {string.Join(" or ", Enum.GetNames<PostKind>())}."],
        PostKind.Webhook => FaultsOfWebhook(path, posts, isDevelopment),
        PostKind.Weibo => FaultsOfWeibo(path, posts),
        PostKind.Sandbox => FaultsOfSandbox(path, posts, isDevelopment),
        _ => [$"{path}:Kind must be {string.Join(" or ", Enum.GetNames<PostKind>())}."],
    };

    private static IEnumerable<string> FaultsOfWebhook(string path, PostsOptions posts, bool isDevelopment)
    {
        if (posts.Address is not { } address)
            yield return $"{path}:Address is missing: where the announcements are posted.";
        else if (WebAddress.Fault($"{path}:Address", address, isBase: false, isPublic: false) is { } fault)
            yield return fault;
        else if (!isDevelopment && address.Scheme != Uri.UriSchemeHttps)
            yield return $"{path}:Address must be https outside Development.";
        if (string.IsNullOrEmpty(posts.Secret))
            yield return $"{path}:Secret is missing: the secret that signs the announcements.";
        else if (WebhookSecrets.Parse(posts.Secret) is null)
            yield return $"{path}:Secret must be base64 of at least {WebhookSecrets.MinBytes} bytes.";
        if (posts.AccessToken is not null) yield return OnlyOf($"{path}:AccessToken", PostKind.Weibo);
    }

    private static IEnumerable<string> FaultsOfWeibo(string path, PostsOptions posts)
    {
        if (string.IsNullOrEmpty(posts.AccessToken))
            yield return $"{path}:AccessToken is missing: that of the account that posts.";
        else if (posts.AccessToken.Any(c => c is <= ' ' or > '~'))
            yield return $"{path}:AccessToken must be visible ASCII without spaces.";
        if (posts.Address is not null) yield return OnlyOf($"{path}:Address", PostKind.Webhook);
        if (posts.Secret is not null) yield return OnlyOf($"{path}:Secret", PostKind.Webhook);
    }

    private static IEnumerable<string> FaultsOfSandbox(string path, PostsOptions posts, bool isDevelopment)
    {
        if (!isDevelopment) yield return $"{path}:Kind {PostKind.Sandbox} exists only in Development.";
        if (posts.Address is { } address
            && WebAddress.Fault($"{path}:Address", address, isBase: false, isPublic: false) is { } fault)
            yield return fault;
        if (posts.Secret is not null) yield return OnlyOf($"{path}:Secret", PostKind.Webhook);
        if (posts.AccessToken is not null) yield return OnlyOf($"{path}:AccessToken", PostKind.Weibo);
    }

    private static string OnlyOf(string key, PostKind kind) => $"{key} is only of Kind {kind}.";
}
