using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrleansSale.Api.Http;

/// <summary>
/// The authentication schemes as they are, but none looks at requests by itself. Those of OpenIddict would look at
/// every request, and few are for them: the endpoints of these let them look.
/// </summary>
internal sealed class ExplicitSchemes(IOptions<AuthenticationOptions> options) : AuthenticationSchemeProvider(options)
{
    /// <inheritdoc/>
    public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() =>
        Task.FromResult<IEnumerable<AuthenticationScheme>>([]);
}
