using OrleansSale.GrainInterfaces.Payments.Format;

namespace OrleansSale.Api.Sandbox;

/// <summary>
/// The platform's timeline. The merchant posts with its api key; users read and reply in a browser.
/// </summary>
internal static class TimelineApi
{
    /// <summary>The page.</summary>
    public const string Path = $"{PlatformProvider.Path}/timeline";

    /// <summary>The longest reply, in UTF-16 code units.</summary>
    public const int MaxReplyLength = 140;

    private const int MaxTextLength = 2_000, MaxTitleLength = 200, MaxAddressLength = 4_000;
    private const int MaxNameLength = 200, MaxChannelLength = 32, FormLength = 32;
    private const string TextField = "text", FormField = "form";

    public static void Map(RouteGroupBuilder sandbox)
    {
        sandbox.MapPost("/platform/posts", PostAsync).AddEndpointFilter(MerchantApi.RequireApiKeyAsync);
        sandbox.MapGet("/platform/timeline", (Delegate)ShowAsync);
        sandbox.MapPost("/platform/posts/{post}/replies", (Delegate)ReplyAsync).DisableAntiforgery();
    }

    private static async Task<IResult> PostAsync(
        HttpRequest request, Timeline timeline, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var (body, refusal) = await SandboxAnswer.ReadAsync(request, cancellationToken);
        if (refusal is not null) return refusal;
        var (text, card) = (body.Object("text"), body.Object("card"));
        var (title, price) = (card.Object("title"), card.Object("price"));
        var (english, chinese) = (text.OptionalLines("en", MaxTextLength), text.OptionalLines("zh-CN", MaxTextLength));
        if (english is null && chinese is null) body.Fail("text", "must have en, zh-CN or both");
        var wanted = new TimelinePost(
            Cashier.NewId(), MerchantApi.KeyOf(request) ?? "", body.Text("id", MaxNameLength),
            body.Text("channel", MaxChannelLength), english, chinese,
            Link: body.OptionalAddress("link", MaxAddressLength) ?? "",
            ImageUrl: body.OptionalAddress("imageUrl", MaxAddressLength),
            title.OptionalText("en", MaxTitleLength), title.OptionalText("zh-CN", MaxTitleLength),
            card.Text("product", MaxTitleLength), price.Integer("amount", 0, MerchantApi.MaxAmount),
            price.Currency("currency"), card.Instant("saleOpens").ToUnixTimeMilliseconds(),
            CardImageUrl: card.OptionalAddress("imageUrl", MaxAddressLength),
            PostedAt: timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        if (wanted.Link.Length == 0) body.Fail("link", "is missing");
        if (wanted.TitleEnglish is null && wanted.TitleChinese is null)
            card.Fail("title", "must have en, zh-CN or both");
        if (body.Fault is { } fault) return SandboxAnswer.Invalid(fault);
        if (wanted.Key.Length == 0) return MerchantApi.MissingKey();
        var kept = await timeline.PostAsync(wanted, cancellationToken);
        if (kept is null) return MerchantApi.Conflict("This key was used for another post");
        return SandboxAnswer.Ok(
            new { kept.Id, postedAt = SandboxAnswer.Instant(kept.PostedAt) },
            kept.Id == wanted.Id ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Timeline timeline, SandboxPages pages) =>
        await PlatformApi.WhoAsync(http) is { } user
            ? await RenderAsync(http, timeline, pages, user, StatusCodes.Status200OK)
            : Results.LocalRedirect(PlatformApi.LoginPageTo(http.Request, Path + http.Request.QueryString));

    // A log-in that has ended begins anew, and the reply is typed again.
    private static async Task<IResult> ReplyAsync(
        string post, HttpContext http, Timeline timeline, ReplySender sender, SandboxPages pages,
        CancellationToken cancellationToken)
    {
        var (form, refusal) = await SandboxAnswer.ReadFormAsync(http.Request, cancellationToken);
        if (refusal is not null) return refusal;
        if (await PlatformApi.WhoAsync(http) is not { } user)
            return Results.LocalRedirect(PlatformApi.LoginPageTo(http.Request, Path));
        var (text, click) = (form[TextField].ToString().Trim(), form[FormField].ToString());
        if (click.Length != FormLength || !click.All(char.IsAsciiHexDigitLower))
            return SandboxAnswer.Invalid(new JsonFault(FormField, "must be what the page has"));
        var isText = text.Length is >= 1 and <= MaxReplyLength && !text.Any(c => char.IsControl(c) || c == '\uFFFD');
        if (!isText)
        {
            return await RenderAsync(
                http, timeline, pages, user, StatusCodes.Status400BadRequest,
                new RefusedReply(post, text, ReplyFault.Text));
        }
        var outcome = await timeline.ReplyAsync(
            post, click, user, text, SandboxPages.LanguageOf(http), cancellationToken);
        if (outcome == ReplyOutcome.Kept) await sender.TellAsync();
        return outcome switch
        {
            // So that reloading the page sends nothing again.
            ReplyOutcome.Kept => Results.LocalRedirect($"{http.Request.PathBase}{Path}#{post}"),
            ReplyOutcome.NotFound => SandboxAnswer.NotFound("There is no such post"),
            _ => await RenderAsync(
                http, timeline, pages, user, StatusCodes.Status409Conflict,
                new RefusedReply(post, text, ReplyFault.Full)),
        };
    }

    private static async Task<IResult> RenderAsync(
        HttpContext http, Timeline timeline, SandboxPages pages, string user, int status, RefusedReply? refused = null)
    {
        var options = http.RequestServices.GetRequiredService<SandboxOptions>();
        return await pages.AnswerAsync<TimelineView>(http, status, new()
        {
            [nameof(TimelineView.User)] = user,
            [nameof(TimelineView.Merchant)] = options.Merchant,
            [nameof(TimelineView.Messages)] = http.RequestServices.GetRequiredService<Inbox>().ListOf(user),
            [nameof(TimelineView.Posts)] = timeline.List(),
            [nameof(TimelineView.Refused)] = refused,
            [nameof(TimelineView.Form)] = Cashier.NewId(),
            [nameof(TimelineView.LoginPage)] = PlatformApi.LoginPageTo(http.Request, Path),
        }, hasForm: true, hasPictures: true);
    }
}

/// <summary>Why a reply was refused: a closed set.</summary>
public enum ReplyFault
{
    /// <summary>Its text is empty, too long, or more than a line.</summary>
    Text = 1,

    /// <summary>The post has too many replies already.</summary>
    Full,
}

/// <summary>A reply that was refused, so that its user need not type it again.</summary>
/// <param name="Post">The post.</param>
/// <param name="Text">What they said.</param>
/// <param name="Fault">Why it was refused.</param>
public sealed record RefusedReply(string Post, string Text, ReplyFault Fault);
