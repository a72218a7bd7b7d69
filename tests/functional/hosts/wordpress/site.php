<?php
/**
 * Just enough of WordPress to run the plugin: hooks, options, comments, HTTP, REST routes.
 *
 * A router for `php -S`. State lives in the JSON file that SITE_STATE names. Written from the
 * public documentation of each function; nothing here is WordPress's own code.
 */

define( 'ABSPATH', __DIR__ . '/' );
define( 'ARRAY_A', 'ARRAY_A' );
define( 'DAY_IN_SECONDS', 86400 );

$state = json_decode( (string) @file_get_contents( getenv( 'SITE_STATE' ) ), true );
$state = is_array( $state ) ? $state : array();
$state += array( 'options' => array(), 'comments' => array(), 'meta' => array(), 'transients' => array(), 'scheduled' => array() );
$hooks  = array();
$routes = array();
$user   = 0;
$users  = array( 0 => array(), 1 => array( 'moderate_comments', 'manage_options' ), 2 => array() );

class WP_Error {
	private $code;
	private $message;
	public function __construct( $code, $message ) {
		$this->code    = $code;
		$this->message = $message;
	}
	public function get_error_code() {
		return $this->code;
	}
	public function get_error_message() {
		return $this->message;
	}
}

class WP_REST_Response {
	public $data;
	public $status;
	public function __construct( $data, $status ) {
		$this->data   = $data;
		$this->status = $status;
	}
}

class WP_REST_Request {
	public function get_header( $name ) {
		$key = 'HTTP_' . strtoupper( str_replace( '-', '_', $name ) );
		return isset( $_SERVER[ $key ] ) ? $_SERVER[ $key ] : null;
	}
	public function get_body() {
		return file_get_contents( 'php://input' );
	}
}

function add_filter( $hook, $function, $priority = 10, $count = 1 ) {
	global $hooks;
	$hooks[ $hook ][] = array( $function, $count );
}
function add_action( $hook, $function, $priority = 10, $count = 1 ) {
	add_filter( $hook, $function, $priority, $count );
}
function apply_filters( $hook, $value, ...$more ) {
	global $hooks;
	foreach ( isset( $hooks[ $hook ] ) ? $hooks[ $hook ] : array() as list( $function, $count ) ) {
		$value = $function( ...array_slice( array_merge( array( $value ), $more ), 0, $count ) );
	}
	return $value;
}
function do_action( $hook, ...$given ) {
	global $hooks;
	foreach ( isset( $hooks[ $hook ] ) ? $hooks[ $hook ] : array() as list( $function, $count ) ) {
		$function( ...array_slice( $given, 0, $count ) );
	}
}
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function wp_json_encode( $thing ) {
	return json_encode( $thing );
}
function wp_unslash( $thing ) {
	return is_array( $thing ) ? array_map( 'wp_unslash', $thing ) : ( is_string( $thing ) ? stripslashes( $thing ) : $thing );
}
function esc_url_raw( $url, $schemes ) {
	return $url;
}
function sanitize_text_field( $text ) {
	return trim( strip_tags( $text ) );
}
if ( ! function_exists( 'mb_substr' ) ) { // WordPress brings its own where the extension is missing
	function mb_substr( $text, $start, $length ) {
		return iconv_substr( $text, $start, $length, 'UTF-8' );
	}
}
function wp_generate_uuid4() {
	return bin2hex( random_bytes( 16 ) );
}
function wp_strip_all_tags( $text ) {
	return trim( strip_tags( $text ) );
}
function get_the_title( $post_id ) {
	return 'Article <em>' . $post_id . '</em>';
}
function get_permalink( $post_id ) {
	return 'https://blog.example/?p=' . $post_id;
}
function current_user_can( $capability ) {
	global $user;
	return user_can( $user, $capability );
}
function user_can( $user_id, $capability ) {
	global $users;
	return in_array( $capability, isset( $users[ $user_id ] ) ? $users[ $user_id ] : array(), true );
}
function get_current_user_id() {
	global $user;
	return $user;
}
function get_option( $name, $default = false ) {
	global $state;
	return isset( $state['options'][ $name ] ) ? $state['options'][ $name ] : $default;
}
function get_transient( $name ) {
	global $state;
	return isset( $state['transients'][ $name ] ) ? $state['transients'][ $name ] : false;
}
function set_transient( $name, $value, $seconds ) {
	global $state;
	$state['transients'][ $name ] = $value;
}
function get_comment_meta( $id, $key, $single ) {
	global $state;
	return isset( $state['meta'][ $id ][ $key ] ) ? $state['meta'][ $id ][ $key ] : '';
}
function update_comment_meta( $id, $key, $value ) {
	global $state;
	$state['meta'][ $id ][ $key ] = $value;
}
function delete_comment_meta( $id, $key ) {
	global $state;
	unset( $state['meta'][ $id ][ $key ] );
}
function get_comment( $id, $shape = 'OBJECT' ) {
	global $state;
	if ( ! isset( $state['comments'][ $id ] ) ) {
		return null;
	}
	return ARRAY_A === $shape ? $state['comments'][ $id ] : (object) $state['comments'][ $id ];
}
function get_comments( $query ) {
	global $state;
	$found = array();
	foreach ( $state['meta'] as $id => $meta ) {
		if ( isset( $meta[ $query['meta_key'] ] ) && $meta[ $query['meta_key'] ] === $query['meta_value'] ) {
			$found[] = get_comment( $id );
		}
	}
	return array_values( array_filter( $found ) );
}
function wp_set_comment_status( $id, $status ) {
	global $state;
	$names = array( '1' => 'approved', '0' => 'unapproved', 'spam' => 'spam', 'trash' => 'trash' );
	$new   = array( 'approve' => '1', 'hold' => '0', 'spam' => 'spam', 'trash' => 'trash' )[ $status ];
	$old   = (string) $state['comments'][ $id ]['comment_approved'];
	if ( $old === $new ) {
		return false;
	}
	$state['comments'][ $id ]['comment_approved'] = $new;
	do_action( 'transition_comment_status', $names[ $new ], $names[ $old ], get_comment( $id ) );
	return true;
}
function wp_schedule_single_event( $at, $hook, $given ) {
	global $state;
	$state['scheduled'][] = array( $hook, $given );
}
function wp_remote_request( $url, $request ) {
	$lines = array();
	foreach ( $request['headers'] as $name => $value ) {
		$lines[] = $name . ': ' . $value;
	}
	$context = stream_context_create(
		array(
			'http' => array(
				'method'          => $request['method'],
				'header'          => $lines,
				'content'         => isset( $request['body'] ) ? $request['body'] : '',
				'timeout'         => $request['timeout'],
				'follow_location' => 0,
				'ignore_errors'   => true,
			),
		)
	);
	$body    = @file_get_contents( $url, false, $context );
	if ( false === $body ) {
		return new WP_Error( 'http_request_failed', 'Connection refused' );
	}
	preg_match( '#^HTTP/\S+ (\d+)#', $http_response_header[0], $found );
	return array( 'status' => (int) $found[1], 'body' => $body );
}
function wp_remote_retrieve_response_code( $answer ) {
	return $answer['status'];
}
function wp_remote_retrieve_body( $answer ) {
	return $answer['body'];
}
function register_rest_route( $space, $path, $route ) {
	global $routes;
	$routes[ '/wp-json/' . $space . $path ] = $route;
}

require getenv( 'PLUGIN' );

/** Take a comment as wp_new_comment() does. */
function new_comment( $data ) {
	global $state;
	$data += array( 'comment_post_ID' => 7, 'comment_author' => 'sam', 'comment_author_email' => 'sam@mail.example', 'comment_author_IP' => '192.0.2.7', 'comment_type' => 'comment', 'comment_parent' => 0, 'user_id' => 0 );
	$approved = apply_filters( 'pre_comment_approved', isset( $data['approved'] ) ? $data['approved'] : 1, array_map( fn( $v ) => is_string( $v ) ? addslashes( $v ) : $v, $data ) );
	$id       = count( $state['comments'] ) + 1;

	$state['comments'][ $id ] = array( 'comment_ID' => $id, 'comment_approved' => (string) $approved ) + $data;
	do_action( 'comment_post', $id, $approved, $data );
	return $id;
}

$path  = parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
$given = json_decode( file_get_contents( 'php://input' ), true );
$given = is_array( $given ) ? $given : array();
$user  = isset( $given['as_user'] ) ? $given['as_user'] : 0;
$said  = null;
do_action( 'rest_api_init' );
if ( isset( $routes[ $path ] ) ) {
	$request = new WP_REST_Request();
	if ( $routes[ $path ]['permission_callback']( $request ) ) {
		$response = $routes[ $path ]['callback']( $request );
		http_response_code( $response->status );
		$said = $response->data;
	} else {
		http_response_code( 401 );
	}
} elseif ( '/options' === $path ) {
	$state['options']['comment_moderation_settings'] = comment_moderation_sanitize( $given );
} elseif ( '/comment' === $path ) {
	$said = new_comment( $given );
} elseif ( '/edit' === $path ) {
	$state['comments'][ $given['id'] ]['comment_content'] = $given['text'];
	do_action( 'edit_comment', $given['id'] );
} elseif ( '/moderate' === $path ) {
	wp_set_comment_status( $given['id'], $given['status'] );
} elseif ( '/delete' === $path ) {
	do_action( 'delete_comment', $given['id'] );
} elseif ( '/cron' === $path ) {
	$due                = $state['scheduled'];
	$state['scheduled'] = array();
	foreach ( $due as list( $hook, $with ) ) {
		do_action( $hook, ...$with );
	}
} elseif ( '/test' === $path ) {
	$said = comment_moderation_test();
} elseif ( '/state' === $path ) {
	$said = $state;
}
file_put_contents( getenv( 'SITE_STATE' ), json_encode( $state ) );
header( 'Content-Type: application/json' );
echo json_encode( $said );
