namespace OrleansSale.Api.Sandbox;

/// <summary>The platform's messages: the merchant sends them with its api key, and the timeline shows them.</summary>
internal static class InboxApi
{
    private const int MaxTextLength = 2_000, MaxAddressLength = 4_000, MaxUserLength = 128;

    public static void Map(RouteGroupBuilder sandbox) =>
        sandbox.MapPost("/platform/messages", SendAsync).AddEndpointFilter(MerchantApi.RequireApiKeyAsync);

    private static async Task<IResult> SendAsync(
        HttpRequest request, Inbox inbox, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var text = body.Object("text");
        var (english, chinese) = (text.OptionalLines("en", MaxTextLength), text.OptionalLines("zh-CN", MaxTextLength));
        if (english is null && chinese is null) body.Fail("text", "must have en, zh-CN or both");
        var wanted = new InboxMessage(
            Cashier.NewId(), MerchantApi.KeyOf(request) ?? "", body.Text("user", MaxUserLength), english, chinese,
            Link: body.OptionalAddress("link", MaxAddressLength) ?? "",
            SentAt: timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        if (wanted.Link.Length == 0) body.Fail("link", "is missing");
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        if (wanted.Key.Length == 0) return MerchantApi.MissingKey();
        var kept = await inbox.SendAsync(wanted, cancellationToken);
        if (kept is null) return MerchantApi.Conflict("This key was used for another message");
        return SandboxAnswer.Ok(
            new { kept.Id, sentAt = SandboxAnswer.Instant(kept.SentAt) },
            kept.Id == wanted.Id ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }
}
