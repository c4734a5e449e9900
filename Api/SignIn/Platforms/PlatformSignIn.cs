using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OpenIddict.Abstractions;
using OpenIddict.Client;
using OpenIddict.Client.AspNetCore;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Channels;
using OrleansSale.GrainInterfaces.Users;
using Errors = OpenIddict.Abstractions.OpenIddictConstants.Errors;

namespace OrleansSale.Api.SignIn.Platforms;

/// <summary>Where buyers' browsers reach this engine.</summary>
/// <param name="Public">The address; null: as each request says.</param>
public sealed record SignInAddress(Uri? Public);

/// <summary>Signs visitors in on a platform: sends them there, and makes a session of what it answers.</summary>
public sealed partial class PlatformSignIn(
    ConfiguredChannels channels, ConfiguredOperators operators, SignInAddress address, Sessions sessions,
    TimeProvider timeProvider, ILogger<PlatformSignIn> log)
{
    private const string Scheme = OpenIddictClientAspNetCoreDefaults.AuthenticationScheme;
    private const int MaxLoggedError = 40;

    private readonly Outage _outage = new("sign-in-platform");

    /// <summary>Sends the visitor to the platform.</summary>
    public Task BeginAsync(HttpContext http, string channel, string? returnTo) =>
        AnswerAsync(http, channel, ReturnAddress.Of(returnTo, http.Request), async () =>
        {
            await OpenAsync(http);
            await http.ChallengeAsync(Scheme, new AuthenticationProperties(new Dictionary<string, string?>
            {
                [OpenIddictClientAspNetCoreConstants.Properties.RegistrationId] = channel,
            })
            {
                RedirectUri = ReturnAddress.Of(returnTo, http.Request),
            });
            return FaultIn(http, channel, isChallenge: true);
        });

    /// <summary>Takes the visitor back from the platform.</summary>
    public Task CompleteAsync(HttpContext http, string channel) =>
        AnswerAsync(http, channel, ReturnAddress.DefaultAt(http.Request), async () =>
        {
            await OpenAsync(http);
            if (FaultIn(http, channel, isChallenge: false) is { } fault) return fault;
            var result = await http.AuthenticateAsync(Scheme);
            if (!result.Succeeded) return SignInFault.Stale;
            var asked = result.Properties.GetString(OpenIddictClientAspNetCoreConstants.Properties.RegistrationId);
            return asked == channel ? await SignInAsync(http, channel, result) : SignInFault.Stale;
        });

    /// <summary>Whether a failure is one of this engine's actors or of their storage.</summary>
    internal static bool IsOutage(Exception failure) => failure is StorageDamagedException
        || (failure is not OperationCanceledException && LostInfrastructure.Is(failure));

    private async Task<SignInFault?> SignInAsync(HttpContext http, string channel, AuthenticateResult result)
    {
        var person = result.Principal!;
        var subject = person.FindFirstValue(ClaimTypes.NameIdentifier) ?? person.FindFirstValue("sub");
        if (!UserId.IsSubject(subject)) return SignInFault.UnfitSubject;
        var roles = operators.RolesOf(channel, subject!, person.HasClaim);
        var name = person.FindFirstValue(ClaimTypes.Name) ?? person.FindFirstValue("name");
        var session = await sessions.BeginAsync(subject!, channel, name, roles);
        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, session);
        if (_outage.Succeeds() is { } failures) Log.AnswersAgain(log, failures);
        await SignInPage.GoOnAsync(http, ReturnAddress.Of(result.Properties!.RedirectUri, http.Request));
        return null;
    }

    // Whatever happens is a page: nobody here reads JSON.
    private async Task AnswerAsync(
        HttpContext http, string channel, string returnTo, Func<Task<SignInFault?>> answerAsync)
    {
        if (!channels.TryFind(channel, out var found) || found.SignIn is null)
        {
            await SignInPage.TellAsync(http, SignInFault.NoSuchChannel, null, returnTo);
            return;
        }
        var gone = http.RequestAborted;
        using var tooLate = new CancellationTokenSource(PlatformClient.AllWithin, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, tooLate.Token);
        http.RequestAborted = either.Token;
        SignInFault? fault;
        try
        {
            fault = await answerAsync();
        }
        catch (OperationCanceledException) when (tooLate.IsCancellationRequested)
        {
            fault = Down(channel, "no answer in time");
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            fault = SignInFault.Overloaded;
        }
        catch (InvalidOperationException failure)
        {
            // OpenIddict throws it when a platform's own description of itself makes a sign-in impossible.
            Log.Impossible(log, failure, channel);
            fault = SignInFault.Refused;
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException)
        {
            // A form that is none, or is written in UTF-7.
            fault = SignInFault.Stale;
        }
        finally
        {
            http.RequestAborted = gone;
        }
        if (fault is not { } why || http.Response.HasStarted) return;
        var names = (found.Id, found.English, found.Chinese);
        await SignInPage.TellAsync(http, why, names, ReturnAddress.Of(TargetIn(http) ?? returnTo, http.Request));
    }

    // Lets OpenIddict look at the request, which makes what the rest works with.
    private async Task OpenAsync(HttpContext http)
    {
        if (address.Public is { } own)
        {
            http.Request.Scheme = own.Scheme;
            http.Request.Host = HostString.FromUriComponent(own);
        }
        var handlers = http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = (IAuthenticationRequestHandler?)await handlers.GetHandlerAsync(http, Scheme)
            ?? throw new InvalidOperationException("OpenIddict's client is not set up.");
        await handler.HandleRequestAsync();
    }

    private SignInFault? FaultIn(HttpContext http, string channel, bool isChallenge)
    {
        var transaction = http.Features.Get<OpenIddictClientAspNetCoreFeature>()?.Transaction;
        if (transaction?.Response is not { Error: { Length: > 0 } error } response) return null;
        var wasAsked = AuthenticationIn(http)?.TokenRequest is not null;
        // The number of OpenIddict's message: no text of a platform or of a visitor comes into the log.
        var number = response.ErrorUri is { } uri ? uri[(uri.LastIndexOf('/') + 1)..] : "none";
        var kind = $"{Plain(error)}, {Plain(number)}";
        switch (error)
        {
            case Errors.AccessDenied:
                return SignInFault.Cancelled;
            case Errors.ServerError or Errors.TemporarilyUnavailable or Errors.SlowDown:
                return Down(channel, kind);
            default:
                Log.Failed(log, channel, kind);
                return wasAsked || isChallenge ? SignInFault.Refused : SignInFault.Stale;
        }
    }

    private SignInFault Down(string channel, string kind)
    {
        if (_outage.Fails($"{channel}: {kind}")) Log.Down(log, channel, kind);
        return SignInFault.PlatformDown;
    }

    private static string? TargetIn(HttpContext http) => AuthenticationIn(http)?.StateTokenPrincipal?
        .GetClaim(OpenIddictConstants.Claims.TargetLinkUri);

    private static OpenIddictClientEvents.ProcessAuthenticationContext? AuthenticationIn(HttpContext http) =>
        http.Features.Get<OpenIddictClientAspNetCoreFeature>()?.Transaction?
            .GetProperty<OpenIddictClientEvents.ProcessAuthenticationContext>(
                typeof(OpenIddictClientEvents.ProcessAuthenticationContext).FullName!);

    private static string Plain(string text) =>
        text.Length <= MaxLoggedError && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? text : "other";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A sign-in on {Channel} came to nothing: {Kind}")]
        public static partial void Failed(ILogger log, string channel, string kind);

        [LoggerMessage(4, LogLevel.Error, "A sign-in on {Channel} is not possible")]
        public static partial void Impossible(ILogger log, Exception failure, string channel);

        [LoggerMessage(2, LogLevel.Warning, "Nobody can sign in on {Channel}, as the platform does not answer: {Kind}")]
        public static partial void Down(ILogger log, string channel, string kind);

        [LoggerMessage(3, LogLevel.Information, "Platforms answer again; {Failures} sign-ins had failed")]
        public static partial void AnswersAgain(ILogger log, int failures);
    }
}
